//! What the server itself says to clients that are no page of ours: Admin's sentences in a
//! Socket.IO room, the echo, and why not. `--locale` decides the language.

use app::i18n::Locale;
use app::protocol::Refusal;

pub struct Words {
    locale: Locale,
    pub admin: &'static str,
    pub welcome: fn(room: &str) -> String,
    pub joined: fn(name: &str) -> String,
    pub left: fn(name: &str) -> String,
    pub echo_connected: &'static str,
    pub echo_answer: fn(text: &str) -> String,
    pub malformed: &'static str,
    pub unknown_event: &'static str,
    pub already_joined: &'static str,
    pub one_room: &'static str,
    pub not_stored: &'static str,
    pub unavailable: &'static str,
    pub shutting_down: &'static str,
    pub unknown_session: &'static str,
    pub too_many_events: &'static str,
}

/// The classic sentences to the letter, particles included.
static KO: Words = Words {
    locale: Locale::Ko,
    admin: "Admin",
    welcome: |room| format!("{room} 방에 오신 걸 환영합니다."),
    joined: |name| format!("{name}가 방에 참여했습니다."),
    left: |name| format!("{name}가 방을 떠났습니다."),
    echo_connected: "서버에 연결되었습니다.",
    echo_answer: |text| format!("서버로부터 응답: {text}"),
    malformed: "요청의 형식이 올바르지 않습니다.",
    unknown_event: "알 수 없는 이벤트입니다.",
    already_joined: "이미 방에 들어와 있습니다.",
    one_room: "연결 하나로는 한 방에만 들어갈 수 있습니다.",
    not_stored: "저장하지 못했습니다. 다시 보내 주세요.",
    unavailable: "지금은 방을 읽을 수 없습니다. 잠시 뒤에 다시 해 주세요.",
    shutting_down: "서버가 다시 시작하고 있습니다. 잠시 뒤에 다시 해 주세요.",
    unknown_session: "알 수 없거나 끝난 토큰입니다.",
    too_many_events: "한꺼번에 너무 많이 보냈습니다. 잠시 뒤에 다시 보내 주세요.",
};

static EN: Words = Words {
    locale: Locale::En,
    admin: "Admin",
    welcome: |room| format!("Welcome to {room}."),
    joined: |name| format!("{name} has joined the room."),
    left: |name| format!("{name} has left the room."),
    echo_connected: "Connected to the server.",
    echo_answer: |text| format!("The server answers: {text}"),
    malformed: "The server could not read that.",
    unknown_event: "There is no such event.",
    already_joined: "You have joined a room already.",
    one_room: "One connection can be in one room only.",
    not_stored: "That was not stored. Please send it again.",
    unavailable: "The room cannot be read right now. Please try again soon.",
    shutting_down: "The server is restarting. Please try again soon.",
    unknown_session: "This token is unknown or has expired.",
    too_many_events: "Too much at once. Please send it again soon.",
};

impl Words {
    pub fn of(locale: Locale) -> &'static Words {
        match locale {
            Locale::Ko => &KO,
            Locale::En => &EN,
        }
    }

    /// Why not. Where the page's sentence speaks of what the page does, there is another.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let own = match refusal {
            Refusal::Malformed | Refusal::OutOfTurn => self.malformed,
            Refusal::NotStored => self.not_stored,
            Refusal::Unavailable => self.unavailable,
            Refusal::ShuttingDown => self.shutting_down,
            Refusal::UnknownSession => self.unknown_session,
            shared => return self.locale.phrases().refusal(shared),
        };
        own.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_speaks_as_the_tutorial_does() {
        let words = Words::of(Locale::Ko);
        assert_eq!(words.admin, "Admin");
        assert_eq!((words.welcome)("공부"), "공부 방에 오신 걸 환영합니다.");
        assert_eq!((words.joined)("민수"), "민수가 방에 참여했습니다.");
        assert_eq!((words.left)("민수"), "민수가 방을 떠났습니다.");
        assert_eq!(words.echo_connected, "서버에 연결되었습니다.");
        assert_eq!((words.echo_answer)("안녕"), "서버로부터 응답: 안녕");
    }
}
