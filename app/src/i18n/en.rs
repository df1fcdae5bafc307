//! English.

use super::{MEBIBYTE, Phrases, adopted, number, seconds_of, twelve_hours};
use crate::protocol::frame::Refusal;

/// "1 person", "1,000 people".
fn count(n: u64, one: &str, many: &str) -> String {
    [&*number(n), " ", if n == 1 { one } else { many }].concat()
}

pub static EN: Phrases = Phrases {
    app_name: adopted("Sarangbang"),
    tagline: adopted("Send a link, type a name, talk."),
    promise: adopted("No account. Nothing anyone said is ever lost."),
    home_title: adopted("Sarangbang · A room, a name, a talk"),
    room_title: |room, unread| match unread {
        0 => [room, " · Sarangbang"].concat(),
        n => ["(", &number(n), ") ", room, " · Sarangbang"].concat(),
    },
    language_name: adopted("English"),
    theme: adopted("Theme"),
    theme_system: adopted("As the device"),
    theme_light: adopted("Light"),
    theme_dark: adopted("Dark"),
    close: "Close",

    compact: adopted("Compact"),
    keys: adopted("Keyboard"),

    public_rooms: adopted("Open rooms"),

    name_label: "Name",
    room_label: "Room",
    room_placeholder: "e.g. Our class",
    join: "Join",
    join_invitation: "Type a name and join in.",
    join_as: |name| ["Join as “", name, "”"].concat(),

    search_room: "Search the room",
    skip_to_composer: adopted("Skip to writing"),
    head_count: |n| count(n, "person", "people"),
    share: "Invite",
    share_title: "Invite by link",
    settings: "Room settings",
    copy_link: "Copy link",
    send_link: "Send link",
    qr: "QR code of this room",
    link_copied: "Link copied",
    leave: adopted("Leave"),
    open_rooms: "Rooms",
    open_users: "Show who is here",
    without_script: "Scripts are off: new messages appear at the end of the talk every 10 seconds.",
    refresh: "Refresh",

    bell: "Notifications",
    bell_all: "All messages",
    bell_mentions: "When I am called",
    bell_mute: "None",
    bell_sound: "With a sound",
    bell_blocked: "The browser blocks notifications. Allow them in its settings for this site.",

    my_rooms: adopted("Your rooms"),
    no_rooms: "Rooms you join gather here.",
    join_another: adopted("Join another room"),
    mentions: |n| count(n, "mention", "mentions"),
    unread: |n| count(n, "unread message", "unread messages"),

    users: "People here",
    you: "you",
    away: "away",
    writing: "typing",

    conversation: "Conversation",
    older: "Show older messages",
    older_loading: "Loading older messages…",
    older_failed: "Older messages could not be loaded.",
    older_retry: "Try again",
    beginning: "Beginning of the room",
    empty: "It is quiet here",
    empty_hint: "Say the first word. Anyone with the link can come in.",
    unread_divider: "New from here",
    new_messages: |n, mentions| match mentions {
        0 => ["↓ ", &number(n), " new"].concat(),
        m => ["↓ ", &number(n), " new (", &count(m, "mention", "mentions"), ")"].concat(),
    },
    to_latest: "↓ To the latest",
    people: |names, others| match (names, others) {
        ([], n) => count(n, "person", "people"),
        ([one], 0) => (*one).into(),
        ([first @ .., last], 0) => [&*first.join(", "), " and ", last].concat(),
        (names, n) => [&*names.join(", "), " and ", &count(n, "other", "others")].concat(),
    },
    joined: |people| [people, " joined"].concat(),
    left: |people| [people, " left"].concat(),
    left_count: |n| [&*number(n), " left"].concat(),

    message_label: |author, time| [author, ", ", time].concat(),
    pending: "Sending",
    waiting: "Waits for the connection",
    waits_to_join: "Waits until you have joined",
    sending_in: |seconds| ["Goes out in ", &number(seconds), " s"].concat(),
    failed: "Not sent.",
    retry: "Retry",
    edit: "Edit",
    delete: "Delete",
    cancel: "Cancel",
    reply: "Reply",
    react: "React",
    any_emoji: "Any emoji",
    reacted: |emoji, people| [emoji, " from ", people].concat(),
    replying_to: |name| ["Replying to ", name].concat(),
    deleted: "This message was deleted",
    edited: "(edited)",
    delete_sure: "Delete this message for everyone?",
    show_more: "Show more",
    show_less: "Show less",

    typing: |names, others| {
        let verb = if names.len() as u64 + others == 1 { " is typing" } else { " are typing" };
        [(EN.people)(names, others).as_str(), verb].concat()
    },
    reconnecting: "Reconnecting…",
    seconds: |n| [&*number(n), " s"].concat(),
    try_now: "Try now",
    offline: "Offline: what you write is kept and will be sent.",
    back_online: "Back online",
    reload_needed: "There is a new version. Please reload the page.",
    protocol_error: "The server and this page do not understand each other. Please reload the page.",
    by_long_poll: "Connected by a detour",

    connection_check: "Check the connection",
    linked_by: "Connected by",
    websocket: "WebSocket",
    long_poll: "long polling (WebSockets are blocked)",
    not_linked: "not connected",
    websocket_echo: "WebSocket echo",
    request: "Request and answer",
    clock_difference: "Difference to the server's clock",
    reconnects: "Reconnections",
    checking: "checking…",
    blocked: "does not come through",
    check_again: "Check again",

    attach: "Attach pictures or files",
    detach: "Remove",
    sends_with_files: "Will be sent with its files",
    take_file_off: "Take off the refused file to send the rest",
    not_arrived: "Did not arrive",
    message: "Message",
    everyone: "all",
    message_placeholder: "Write a message",
    send: "Send",
    send_hint: "Enter sends, Shift+Enter breaks the line",
    counter: |used, limit| [&*number(used), " / ", &number(limit)].concat(),
    over_limit: |over| count(over, "character too many", "characters too many"),
    editing: "You are editing a message",
    not_changed: "Not connected. Please try again once the connection is back.",
    outbox_full: "Many messages are waiting. Please go on once the connection is back.",
    outbox_unsafe: "This browser cannot keep what you write. Do not close it before it is sent.",

    not_found_title: adopted("There is nothing here"),
    not_found: adopted("Check the address, or find a room from the first page."),
    bad_room_title: adopted("That is not a room’s name"),
    bad_room: "A room’s name has up to 64 visible characters.",
    server_error_title: adopted("Something went wrong"),
    server_error: adopted("Please come back in a moment. What was said is safe."),
    foreign_form_title: adopted("That could not be accepted"),
    foreign_form: adopted(
        "It came from another site, or cookies are switched off. Please open the room and try again.",
    ),
    back_home: adopted("To the first page"),

    date: |year, month, day, weekday| {
        const DAYS: [&str; 7] =
            ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let weekday = DAYS.get(weekday as usize).unwrap_or(&"");
        let name = MONTHS.get(month.wrapping_sub(1) as usize).unwrap_or(&"");
        [weekday, ", ", &*day.to_string(), " ", name, " ", &*year.to_string()].concat()
    },
    time: |hour, minute| {
        let half = if hour < 12 { " AM" } else { " PM" };
        let [hour, minute] = twelve_hours(hour, minute);
        [&*hour, ":", &minute, half].concat()
    },
    utc: |time| [time, " UTC"].concat(),

    refusal: |refusal| match refusal {
        Refusal::Malformed => "The server could not read that. Please reload the page.".into(),
        Refusal::OutOfTurn => "That came out of turn. Please reload the page.".into(),
        Refusal::UnknownSession => {
            "It has been a while. Please type your name and join again.".into()
        }
        Refusal::UnknownRoom => "There is no such room yet.".into(),
        Refusal::NotJoined => "Please join the room first.".into(),
        Refusal::BadRoom => EN.bad_room.into(),
        Refusal::NameEmpty => "Please type a name.".into(),
        Refusal::NameTooLong { limit } => {
            ["A name has at most ", &*count((*limit).into(), "character", "characters"), "."]
                .concat()
        }
        Refusal::NameInvisible => {
            "That name has invisible characters. Please type it again.".into()
        }
        Refusal::NameReserved => {
            "That name belongs to the room itself. Please choose another.".into()
        }
        Refusal::NameTaken { suggestion } => {
            ["Someone here has that name. How about “", suggestion, "”?"].concat()
        }
        Refusal::TextBlank => "An empty message cannot be sent.".into(),
        Refusal::TextTooLong { limit, over } => {
            let (limit, over) = (number((*limit).into()), number((*over).into()));
            ["A message has at most ", &*limit, " characters; this one is ", &over, " over."]
                .concat()
        }
        Refusal::NoSuchMessage => "That message is not there any more.".into(),
        Refusal::NotYours => "That message is someone else’s.".into(),
        Refusal::TooLateToEdit { hours } => {
            let hours = count((*hours).into(), "hour", "hours");
            ["A message can be edited for ", &*hours, "."].concat()
        }
        Refusal::BadEmoji => "A reaction is one emoji.".into(),
        Refusal::TooManyReactions { limit } => {
            let kinds = count((*limit).into(), "kind", "kinds");
            ["A message has room for ", &*kinds, " of reactions."].concat()
        }
        Refusal::NoSuchFile => {
            "The file is empty, or not here any more. Please bring it again.".into()
        }
        Refusal::TooManyFiles { limit } => {
            ["A message takes up to ", &*number((*limit).into()), " files."].concat()
        }
        Refusal::FileTooLarge { limit } => {
            ["A file may have up to ", &*number(limit / MEBIBYTE), " MB."].concat()
        }
        Refusal::NoRoomForFiles => "There is no room for more files here now.".into(),
        Refusal::IdTaken => "It clashed with another message. Please send it again.".into(),
        Refusal::RateLimited { retry_after_ms } => {
            let wait = count(seconds_of(*retry_after_ms), "second", "seconds");
            ["A little too fast. Please wait ", &*wait, "."].concat()
        }
        Refusal::TooManyRooms { limit } => {
            let rooms = count((*limit).into(), "room", "rooms");
            ["You can sit in at most ", &*rooms, ". Please leave one first."].concat()
        }
        Refusal::NotStored => "It could not be stored yet. It will be tried again.".into(),
        Refusal::Unavailable => "The room cannot be read right now. It will be tried again.".into(),
        Refusal::ShuttingDown => "The server is taking a short rest and will be back.".into(),
    },

    #[cfg(feature = "ssr")]
    plain: super::PlainPhrases {
        search: "Search",
        search_words: "What to look for",
        search_hint: "Up to eight words find the messages that have them all. Parts of words are found, too.",
        back_to_room: "Back to the room",
        no_hits: |query| ["Nothing here says “", query, "”."].concat(),
        hits: |n| match n {
            1 => "1 message".to_owned(),
            n => [&*number(n), " messages"].concat(),
        },
        some_hits: |n| ["The latest ", &*number(n), " of them"].concat(),
        older_hits: "Search older messages",
        choices: "What to do with this message",
        saved: "Saved",
        welcome: "Welcome",
        public: "Show this room on the first page",
        save: "Save",
        owner_link: "Owner link",
        owner_link_hint: "Whoever has this link can keep the room with you. A new one makes the last one void.",
        make_owner_link: "Make a new link",
        owner_link_once: "It is shown this once. Copy it, and send it only to whom you trust.",
        export: "Take away",
        export_hint: "What was said in this room, as one file. What was deleted is not in it. HTML holds pictures in small, and other files of up to 1 MB.",
        is_public: "This room is shown on the first page.",
        is_unlisted: "Only those who know the link find this room.",
        owners_only: "Whoever opened the room can change this, and whoever was given the owner link.",
        own: "Become an owner",
        join_to_own: "Join the room first, and then open this link again.",
        offline_title: "No connection",
        offline: "What you wrote is kept and will be sent. Rooms you have been in open without a connection, too.",
        picture: "Picture",
        picture_before: "The one before",
        picture_after: "The one after",
        keys_list: &[
            ("Enter", "Send"),
            ("Shift Enter", "New line"),
            ("↑", "In an empty field: edit your last message"),
            ("@", "Call someone; ↑ ↓ choose, Enter or Tab takes"),
            ("Esc", "Close what is open; stop a reply or an edit"),
            ("↑ ↓", "In the conversation: from message to message"),
            ("Tab", "On a message: react, reply, edit"),
            ("?", "This list"),
        ],
        exported: |when| ["What was said until ", when, "."].concat(),
    },

    #[cfg(feature = "ssr")]
    api: super::ApiPhrases {
        not_json: "Please send the body as application/json.",
        malformed: "The body is not the JSON that is expected here.",
        bad_parameter: |name| ["The value of “", name, "” cannot be used here."].concat(),
        too_large: |kib| ["A body has at most ", &*number(kib), " KiB."].concat(),
        too_slow: "The request took too long to arrive.",
        unknown_path: "There is nothing at this address.",
        wrong_method: "This address does not take that method.",
        foreign_origin: "A page of this origin may not do that.",
        unknown_token: "No session has this token.",
    },
};
