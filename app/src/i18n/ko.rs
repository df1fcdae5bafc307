//! Korean (해요체). People are called 님, which ends in a consonant as 명 does: so that the
//! particle after a name or a number is always 이.

use super::{MEBIBYTE, Phrases, adopted, number, seconds_of, twelve_hours};
use crate::protocol::frame::Refusal;

pub static KO: Phrases = Phrases {
    app_name: adopted("사랑방"),
    tagline: adopted("링크를 보내고, 이름을 적고, 이야기하세요."),
    promise: adopted("가입은 없어요. 한번 나눈 말은 사라지지 않아요."),
    home_title: adopted("사랑방 · 이름만 적고 들어와 이야기하는 곳"),
    room_title: |room, unread| match unread {
        0 => [room, " · 사랑방"].concat(),
        n => ["(", &number(n), ") ", room, " · 사랑방"].concat(),
    },
    language_name: adopted("한국어"),
    theme: adopted("화면"),
    theme_system: adopted("기기에 맞춤"),
    theme_light: adopted("밝게"),
    theme_dark: adopted("어둡게"),
    close: "닫기",

    compact: adopted("촘촘하게"),
    keys: adopted("단축키"),

    public_rooms: adopted("열려 있는 방"),

    name_label: "이름",
    room_label: "방 이름",
    room_placeholder: "예: 우리 반",
    join: "들어가기",
    join_invitation: "이름만 적으면 함께 이야기할 수 있어요.",
    join_as: |name| ["‘", name, "’ 이름으로 들어가기"].concat(),

    search_room: "대화 찾기",
    skip_to_composer: adopted("메시지 쓰러 가기"),
    head_count: |n| [&*number(n), "명"].concat(),
    share: "초대하기",
    share_title: "링크로 부르기",
    settings: "방 설정",
    copy_link: "링크 복사",
    send_link: "링크 보내기",
    qr: "이 방의 QR 코드",
    link_copied: "링크를 복사했어요",
    leave: adopted("나가기"),
    open_rooms: "방 목록",
    open_users: "함께 있는 사람 보기",
    without_script: "스크립트가 꺼져 있어 새 메시지는 대화 끝에 10초마다 나타나요.",
    refresh: "새로고침",

    bell: "알림",
    bell_all: "모든 메시지",
    bell_mentions: "나를 부를 때만",
    bell_mute: "알리지 않기",
    bell_sound: "소리와 함께",
    bell_blocked: "브라우저가 알림을 막고 있어요. 주소창 옆 사이트 설정에서 허용해 주세요.",

    my_rooms: adopted("내 방"),
    no_rooms: "들어간 방이 여기에 모여요.",
    join_another: adopted("다른 방 가기"),
    mentions: |n| ["나를 부른 메시지 ", &number(n), "개"].concat(),
    unread: |n| ["읽지 않은 메시지 ", &number(n), "개"].concat(),

    users: "함께 있는 사람",
    you: "나",
    away: "자리 비움",
    writing: "쓰는 중",

    conversation: "대화",
    older: "이전 메시지 보기",
    older_loading: "이전 메시지를 불러오고 있어요…",
    older_failed: "이전 메시지를 불러오지 못했어요.",
    older_retry: "다시 불러오기",
    beginning: "이 방의 시작이에요",
    empty: "아직 조용해요",
    empty_hint: "첫 마디를 건네 보세요. 링크를 보내면 누구나 들어올 수 있어요.",
    unread_divider: "여기부터 새 메시지",
    new_messages: |n, mentions| match mentions {
        0 => ["↓ 새 메시지 ", &number(n), "개"].concat(),
        m => ["↓ 새 메시지 ", &number(n), "개 (나를 부름 ", &number(m), ")"].concat(),
    },
    to_latest: "↓ 맨 아래로",
    people: |names, others| {
        let mut people =
            names.iter().map(|name| [name, "님"].concat()).collect::<Vec<_>>().join(", ");
        match (names.is_empty(), others) {
            (false, 0) => {}
            (true, n) => people.push_str(&[&*number(n), "명"].concat()),
            (false, n) => people.push_str(&[" 외 ", &*number(n), "명"].concat()),
        }
        people
    },
    joined: |people| [people, "이 들어왔어요"].concat(),
    left: |people| [people, "이 나갔어요"].concat(),
    left_count: |n| [&*number(n), "명이 나갔어요"].concat(),

    message_label: |author, time| [author, "님, ", time].concat(),
    pending: "보내는 중",
    waiting: "연결되면 보낼게요",
    waits_to_join: "들어오면 보낼게요",
    sending_in: |seconds| [&*number(seconds), "초 뒤에 보낼게요"].concat(),
    failed: "보내지 못했어요.",
    retry: "다시 보내기",
    edit: "고치기",
    cancel: "그만두기",
    reply: "답장",
    react: "반응하기",
    any_emoji: "아무 이모지",
    reacted: |emoji, people| [people, ": ", emoji].concat(),
    replying_to: |name| [name, "님에게 답장하고 있어요"].concat(),
    deleted: "삭제된 메시지예요",
    edited: "(고침)",
    delete_sure: "모두에게서 이 메시지를 지울까요?",
    delete: "지우기",
    show_more: "더 보기",
    show_less: "접기",

    typing: |names, others| [(KO.people)(names, others).as_str(), "이 쓰고 있어요"].concat(),
    reconnecting: "다시 연결하고 있어요…",
    seconds: |n| [&*number(n), "초"].concat(),
    try_now: "지금 연결",
    offline: "연결이 끊겼어요. 쓴 글은 간직했다가 보낼게요.",
    back_online: "다시 연결됐어요",
    reload_needed: "새 버전이 나왔어요. 새로고침해 주세요.",
    protocol_error: "서버와 말이 통하지 않아요. 페이지를 다시 열어 주세요.",
    by_long_poll: "우회로로 연결됨",

    connection_check: "연결 확인",
    linked_by: "연결 방식",
    websocket: "웹소켓",
    long_poll: "긴 폴링 (웹소켓이 막혀 있어요)",
    not_linked: "연결되지 않음",
    websocket_echo: "웹소켓 메아리",
    request: "요청과 응답",
    clock_difference: "서버 시계와의 차이",
    reconnects: "다시 연결한 횟수",
    checking: "확인하고 있어요…",
    blocked: "지나가지 못해요",
    check_again: "다시 확인",

    attach: "사진이나 파일 붙이기",
    detach: "빼기",
    sends_with_files: "다 올라가면 보낼게요",
    take_file_off: "안 되는 파일을 빼면 보낼 수 있어요",
    not_arrived: "올리지 못했어요",
    message: "메시지",
    everyone: "모두",
    message_placeholder: "메시지를 적어 보세요",
    send: "보내기",
    send_hint: "Enter로 보내고 Shift+Enter로 줄을 바꿔요",
    counter: |used, limit| [&*number(used), " / ", &number(limit), "자"].concat(),
    over_limit: |over| [&*number(over), "자 줄여 주세요"].concat(),
    editing: "메시지를 고치고 있어요",
    not_changed: "연결이 끊겨 있어요. 다시 연결되면 해 주세요.",
    outbox_full: "보낼 메시지가 많이 쌓였어요. 연결된 뒤에 이어서 보내 주세요.",
    outbox_unsafe: "이 브라우저는 글을 간직하지 못해요. 보내기 전에 창을 닫지 마세요.",

    not_found_title: adopted("여기엔 아무것도 없어요"),
    not_found: adopted("주소를 다시 살펴보거나 처음 화면에서 방을 찾아보세요."),
    bad_room_title: adopted("방 이름이 맞지 않아요"),
    bad_room: "방 이름은 눈에 보이는 글자로 64자까지 쓸 수 있어요.",
    server_error_title: adopted("잠시 문제가 생겼어요"),
    server_error: adopted("조금 뒤에 다시 와 주세요. 나눈 말은 그대로 있어요."),
    foreign_form_title: adopted("이 요청은 받을 수 없어요"),
    foreign_form: adopted(
        "다른 곳에서 온 요청이거나 쿠키가 꺼져 있어요. 방을 다시 열고 해 보세요.",
    ),
    back_home: adopted("처음으로"),

    date: |year, month, day, weekday| {
        let weekday =
            ["일", "월", "화", "수", "목", "금", "토"].get(weekday as usize).unwrap_or(&"");
        let (year, month, day) = (year.to_string(), month.to_string(), day.to_string());
        [&*year, "년 ", &month, "월 ", &day, "일 ", weekday, "요일"].concat()
    },
    time: |hour, minute| {
        let half = if hour < 12 { "오전 " } else { "오후 " };
        let [hour, minute] = twelve_hours(hour, minute);
        [half, &hour, ":", &minute].concat()
    },
    utc: |time| [time, " UTC"].concat(),

    refusal: |refusal| match refusal {
        Refusal::Malformed => "요청을 알아듣지 못했어요. 새로고침해 주세요.".into(),
        Refusal::OutOfTurn => "순서가 어긋났어요. 새로고침해 주세요.".into(),
        Refusal::UnknownSession => "오래 쉬셨네요. 이름을 적고 다시 들어와 주세요.".into(),
        Refusal::UnknownRoom => "아직 없는 방이에요.".into(),
        Refusal::NotJoined => "먼저 방에 들어와 주세요.".into(),
        Refusal::BadRoom => KO.bad_room.into(),
        Refusal::NameEmpty => "이름을 적어 주세요.".into(),
        Refusal::NameTooLong { limit } => {
            ["이름은 ", &number((*limit).into()), "자까지 쓸 수 있어요."].concat()
        }
        Refusal::NameInvisible => "이름에 보이지 않는 글자가 있어요. 다시 적어 주세요.".into(),
        Refusal::NameReserved => {
            "방을 돌보는 이름이라 쓸 수 없어요. 다른 이름을 골라 주세요.".into()
        }
        Refusal::NameTaken { suggestion } => {
            ["지금 같은 이름이 방에 있어요. ‘", suggestion, "’ 이름은 어때요?"].concat()
        }
        Refusal::TextBlank => "빈 메시지는 보낼 수 없어요.".into(),
        Refusal::TextTooLong { limit, over } => {
            let (limit, over) = (number((*limit).into()), number((*over).into()));
            [&*limit, "자까지 보낼 수 있어요. ", &over, "자만 줄여 주세요."].concat()
        }
        Refusal::NoSuchMessage => "그 메시지는 이제 없어요.".into(),
        Refusal::NotYours => "다른 분의 메시지예요.".into(),
        Refusal::TooLateToEdit { hours } => {
            ["메시지는 보낸 뒤 ", &*number((*hours).into()), "시간까지 고칠 수 있어요."].concat()
        }
        Refusal::BadEmoji => "반응은 이모지 하나로 남겨 주세요.".into(),
        Refusal::TooManyReactions { limit } => {
            ["메시지 하나에는 반응을 ", &*number((*limit).into()), "가지까지 남길 수 있어요."]
                .concat()
        }
        Refusal::NoSuchFile => "비어 있거나 이제 없는 파일이에요. 다시 올려 주세요.".into(),
        Refusal::TooManyFiles { limit } => {
            ["파일은 한 번에 ", &*number((*limit).into()), "개까지 보낼 수 있어요."].concat()
        }
        Refusal::FileTooLarge { limit } => {
            ["파일은 ", &*number(limit / MEBIBYTE), "MB까지 올릴 수 있어요."].concat()
        }
        Refusal::NoRoomForFiles => "지금은 파일을 더 둘 곳이 없어요.".into(),
        Refusal::IdTaken => "다른 메시지와 겹쳤어요. 다시 보내 주세요.".into(),
        Refusal::RateLimited { retry_after_ms } => {
            ["조금 빨라요. ", &number(seconds_of(*retry_after_ms)), "초만 기다려 주세요."].concat()
        }
        Refusal::TooManyRooms { limit } => [
            "방은 ",
            &number((*limit).into()),
            "곳까지 함께할 수 있어요. 한 곳에서 먼저 나와 주세요.",
        ]
        .concat(),
        Refusal::NotStored => "아직 저장하지 못했어요. 곧 다시 해 볼게요.".into(),
        Refusal::Unavailable => "지금은 방을 읽을 수 없어요. 잠시 뒤에 다시 해 볼게요.".into(),
        Refusal::ShuttingDown => "서버가 잠깐 쉬고 있어요. 곧 다시 연결할게요.".into(),
    },

    #[cfg(feature = "ssr")]
    plain: super::PlainPhrases {
        search: "찾기",
        search_words: "찾을 말",
        search_hint: "낱말을 여덟 개까지 적으면 모두 들어 있는 메시지를 찾아요. 낱말의 일부도 괜찮아요.",
        back_to_room: "방으로 돌아가기",
        no_hits: |query| ["‘", query, "’ 이야기는 찾지 못했어요."].concat(),
        hits: |n| ["메시지 ", &*number(n), "개를 찾았어요."].concat(),
        some_hits: |n| ["최근 것부터 ", &*number(n), "개예요."].concat(),
        older_hits: "더 오래된 메시지에서 찾기",
        choices: "이 메시지로 할 수 있는 일",
        saved: "저장했어요",
        welcome: "환영 인사",
        public: "첫 화면에 이 방을 보여 주기",
        save: "저장하기",
        owner_link: "방지기 링크",
        owner_link_hint: "이 링크를 받은 사람은 함께 방을 돌볼 수 있어요. 새로 만들면 전에 만든 링크는 쓸 수 없게 돼요.",
        make_owner_link: "새 링크 만들기",
        owner_link_once: "지금 한 번만 보여요. 복사해서 믿는 사람에게만 보내 주세요.",
        export: "내보내기",
        export_hint: "이 방에서 나눈 말을 파일 하나로 받아요. 지운 말은 들어 있지 않아요. HTML에는 작은 사진과 1MB까지의 파일도 들어 있어요.",
        is_public: "첫 화면에 보이는 방이에요.",
        is_unlisted: "링크를 아는 사람만 찾아올 수 있는 방이에요.",
        owners_only: "방을 처음 연 사람과 방지기 링크를 받은 사람이 바꿀 수 있어요.",
        own: "방지기 되기",
        join_to_own: "먼저 방에 들어간 다음, 이 링크를 다시 열어 주세요.",
        offline_title: "인터넷에 연결되어 있지 않아요",
        offline: "쓴 글은 잘 보관했다가 보낼게요. 들어가 본 방은 연결이 없어도 열려요.",
        picture: "사진 보기",
        picture_before: "앞 사진",
        picture_after: "다음 사진",
        keys_list: &[
            ("Enter", "보내기"),
            ("Shift Enter", "줄 바꾸기"),
            ("↑", "빈 입력창에서 내 마지막 메시지 고치기"),
            ("@", "누군가를 부르기. ↑ ↓로 고르고 Enter나 Tab으로 정해요"),
            ("Esc", "열린 것 닫기, 답장이나 고치기 그만두기"),
            ("↑ ↓", "대화에서 메시지 오가기"),
            ("Tab", "고른 메시지에 반응하기, 답장하기, 고치기"),
            ("?", "이 목록 보기"),
        ],
        exported: |when| [when, "까지 나눈 말이에요."].concat(),
    },

    #[cfg(feature = "ssr")]
    api: super::ApiPhrases {
        not_json: "본문은 application/json으로 보내 주세요.",
        malformed: "본문이 여기에서 기대하는 JSON이 아니에요.",
        bad_parameter: |name| ["여기에 쓸 수 없는 값이에요: ", name].concat(),
        too_large: |kib| ["본문은 ", &*number(kib), "KiB까지 받을 수 있어요."].concat(),
        too_slow: "요청이 제때 도착하지 않았어요.",
        unknown_path: "이 주소에는 아무것도 없어요.",
        wrong_method: "이 주소에서는 그 메서드를 쓸 수 없어요.",
        foreign_origin: "다른 곳의 페이지는 그렇게 할 수 없어요.",
        unknown_token: "이 토큰을 가진 세션이 없어요.",
    },
};
