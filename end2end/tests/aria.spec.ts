/** What a screen reader finds, in the states that people meet most. */
import { expect, test } from '../fixtures';

test('the first page', async ({ person }) => {
  const ana = await person('Ana');
  await ana.page.goto('/');
  await expect(ana.page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - heading "사랑방" [level=1]
      - paragraph: 링크를 보내고, 이름을 적고, 이야기하세요.
      - textbox "이름"
      - textbox "방 이름"
      - button "들어가기"
      - group "화면":
        - button "기기에 맞춤" [pressed]
        - button "밝게"
        - button "어둡게"
      - button "촘촘하게"
      - button "English"
  `);
});

test('a room, before and after one has joined', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.open(room);
  await expect(ana.page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - heading "${room}" [level=1]
      - paragraph: 0명
      - link "대화 찾기"
      - button "초대하기"
      - button /알림/
      - heading "대화" [level=2]
      - log "대화":
        - paragraph: 아직 조용해요
      - status
      - paragraph: 이름만 적으면 함께 이야기할 수 있어요.
      - textbox "이름"
      - button "들어가기"
  `);
  await ana.enter();
  await ana.say('**귤** 드세요');
  await ana.expectMessage('귤 드세요');
  await (await bot('민수', room)).say('고마워요');
  await ana.expectMessage('고마워요');
  await expect(ana.page.locator('body')).toMatchAriaSnapshot(`
    - link "메시지 쓰러 가기"
    - complementary "방 목록":
      - link "사랑방"
      - heading "내 방" [level=2]
      - navigation "내 방":
        - list:
          - listitem:
            - link "${room}"
      - link "다른 방 가기"
      - button "연결 확인"
      - button "단축키"
    - main:
      - heading "${room}" [level=1]
      - paragraph: 2명
      - log "대화":
        - paragraph: 이 방의 시작이에요
        - heading /\\d+년 \\d+월 \\d+일/ [level=3]
        - article /Ana님, 오[전후] \\d+:\\d\\d/:
          - text: Ana
          - link /오[전후] \\d+:\\d\\d/
          - strong: 귤
          - text: 드세요
        - paragraph: 민수님이 들어왔어요
        - article /민수님, 오[전후] \\d+:\\d\\d/:
          - text: 고마워요
      - status
      - button "사진이나 파일 붙이기"
      - textbox "메시지"
      - button "보내기" [disabled]
    - complementary "함께 있는 사람":
      - heading "함께 있는 사람 2" [level=2]
      - list "함께 있는 사람":
        - listitem: Ana 나
        - listitem: 민수
      - button "나가기"
    - status
  `);
});

test('what opens over the talk', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const dialog = ana.page.getByRole('dialog');
  await ana.page.getByRole('button', { name: '초대하기' }).click();
  await expect(dialog).toMatchAriaSnapshot(`
    - dialog "링크로 부르기":
      - heading "링크로 부르기" [level=2]
      - button "닫기"
      - link "이 방의 QR 코드":
        - img "이 방의 QR 코드"
      - button "링크 복사"
      - link "방 설정"
  `);
  await ana.page.keyboard.press('Escape');
  await ana.page.getByRole('button', { name: '알림' }).click();
  await expect(dialog).toMatchAriaSnapshot(`
    - dialog "알림":
      - heading "알림" [level=2]
      - button "닫기"
      - group "알림":
        - radio "모든 메시지"
        - radio "나를 부를 때만"
        - radio "알리지 않기" [checked]
      - checkbox "소리와 함께"
  `);
});

test('looking for something, and keeping a room', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await (await bot('민수', room)).say('귤은 어디에?');
  await ana.page.goto(`${ana.page.url()}/search?q=귤`);
  await expect(ana.page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - link "방으로 돌아가기"
      - heading "찾기 ${room}" [level=1]
      - search:
        - searchbox "찾을 말"
        - button "찾기"
      - paragraph: 메시지 1개를 찾았어요.
      - list:
        - listitem:
          - link /민수 .* 귤은 어디에\\?/:
            - mark: 귤
  `);
  await ana.page.goto(ana.page.url().replace(/search.*/, 'settings'));
  await expect(ana.page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - link "방으로 돌아가기"
      - heading "방 설정 ${room}" [level=1]
      - textbox "환영 인사"
      - checkbox "첫 화면에 이 방을 보여 주기"
      - button "저장하기"
      - heading "방지기 링크" [level=2]
      - button "새 링크 만들기"
      - heading "내보내기" [level=2]
      - paragraph:
        - link "HTML"
        - link "JSON"
        - link "TXT"
  `);
});
