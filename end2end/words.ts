/** The page's words, as far as the tests find things by them. Korean is the default. */

const ko = {
  name: '이름',
  room: '방 이름',
  join: '들어가기',
  message: '메시지',
  send: '보내기',
  leave: '나가기',
  conversation: '대화',
  users: '함께 있는 사람',
  waiting: '연결되면 보낼게요',
  reconnecting: /다시 연결하고 있어요/,
  tryNow: '지금 연결',
  offline: /연결이 끊겼어요/,
  backOnline: /다시 연결됐어요/,
  newMessages: /새 메시지 [\d,]+개/,
  beginning: '이 방의 시작이에요',
  older: /이전 메시지/,
  unread: '여기부터 새 메시지',
  toLatest: '↓ 맨 아래로',
  byLongPoll: '우회로로 연결됨',
  connectionCheck: '연결 확인',
  linkedBy: '연결 방식',
  websocket: '웹소켓',
  websocketEcho: '웹소켓 메아리',
  request: '요청과 응답',
  blocked: '지나가지 못해요',
};

export type Words = { [word in keyof typeof ko]: (typeof ko)[word] extends string ? string : RegExp };

const en: Words = {
  name: 'Name',
  room: 'Room',
  join: 'Join',
  message: 'Message',
  send: 'Send',
  leave: 'Leave',
  conversation: 'Conversation',
  users: 'People here',
  waiting: 'Waits for the connection',
  reconnecting: /Reconnecting/,
  tryNow: 'Try now',
  offline: /Offline/,
  backOnline: /Back online/,
  newMessages: /[\d,]+ new/,
  beginning: 'Beginning of the room',
  older: /older messages/,
  unread: 'New from here',
  toLatest: '↓ To the latest',
  byLongPoll: 'Connected by a detour',
  connectionCheck: 'Check the connection',
  linkedBy: 'Connected by',
  websocket: 'WebSocket',
  websocketEcho: 'WebSocket echo',
  request: 'Request and answer',
  blocked: 'does not come through',
};

export const words = { ko, en };
export type Language = keyof typeof words;
