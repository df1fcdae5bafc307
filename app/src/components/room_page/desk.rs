//! Where store and connection meet: what is heard changes the open rooms, what is done there
//! is asked over the link.

mod amending;
mod drafts;
mod heard;
mod outgoing;
mod seating;
mod tabs;
mod telling;
pub mod uploads;

use super::super::connection_check::Check;
use super::super::live::{Live, Local, local};
use super::open_room::{Older, OpenRoom, plain_order};
use super::zone::Offsets;
use crate::browser;
use crate::connection::{Bar, Link, Way};
use crate::i18n::{Locale, Phrases};
use crate::page::{Boot, View};
use crate::protocol::{Command, Limits, MessageId, Refusal, RoomKey, RoomSummary, Seq, UserId};
use std::cmp::Ordering;
use std::rc::Rc;
use std::time::Duration;

/// Remembers over a reload that it was done for another build.
const RELOADED: &str = "sarangbang.reloaded";

/// Who has the tab out of sight for so long is away.
const AWAY_AFTER: Duration = Duration::from_secs(5 * 60);

/// A form that was sent waits so long for the link, and then goes out the plain way.
const LINK_PATIENCE: Duration = Duration::from_millis(2_500);

/// Everything the page knows, and the link by which it learns more. A handle; copies are the
/// same desk.
#[derive(Clone, Copy)]
pub struct Desk {
    pub locale: Locale,
    pub phrases: &'static Phrases,
    pub limits: Limits,
    pub offsets: Offsets,
    pub me: Live<Option<UserId>>,
    /// The rooms of the sidebar.
    pub rooms: Live<Vec<RoomSummary>>,
    /// The room that is shown; `None` on the first page.
    pub current: Live<Option<OpenRoom>>,
    pub bar: Live<Bar>,
    /// How the page is linked, or was last.
    pub way: Live<Way>,
    pub check: Live<Check>,
    /// Whether the page has come to life.
    pub is_alive: Live<bool>,
    /// Whether the server has greeted us on this link.
    pub is_linked: Live<bool>,
    /// Why the first page's join was refused.
    pub refusal: Live<Option<Refusal>>,
    /// Whether the list went to the row that the address names: that is done once.
    pub was_led: Live<bool>,
    /// Whether a link was just copied.
    pub is_copied: Live<bool>,
    /// Whether nobody has looked at this tab for a while.
    is_away: Live<bool>,
    /// Since when the tab is out of sight, in milliseconds.
    hidden_at: Live<Option<u64>>,
    open: Live<Vec<OpenRoom>>,
    link: Live<Option<Local<Link>>>,
    /// What was asked and not answered yet: a few at most.
    asked: Live<Vec<(u32, Asked)>>,
    collate: Live<Option<Local<Rc<Collate>>>>,
    /// A join that waits for the link: room and name.
    wish: Live<Option<(String, String)>>,
    /// This tab's name in storage; known once it holds its lock.
    tab: Live<Option<String>>,
    /// Other tabs that have left something unsent, and may be closed.
    missing: Live<Vec<String>>,
}

type Collate = dyn Fn(&str, &str) -> Ordering;

/// What an answer will be about.
#[derive(Clone, Debug)]
enum Asked {
    /// `None`: from the first page.
    Join(Option<RoomKey>),
    Resume(RoomKey),
    Message(RoomKey, MessageId),
    Amend(RoomKey),
    React {
        room: RoomKey,
        emoji: String,
        on: bool,
    },
    Before(RoomKey, Seq),
    Quote(RoomKey, Seq),
    Leave(RoomKey),
    /// Nothing that needs to be heard.
    Nothing,
}

impl Desk {
    pub fn new(boot: &Boot) -> Self {
        let offsets = Offsets::new(boot.zone);
        let current = match &boot.view {
            View::Room(view) => Some(OpenRoom::new(view, boot.user, offsets)),
            _ => None,
        };
        Desk {
            locale: boot.locale,
            phrases: boot.locale.phrases(),
            limits: boot.limits,
            offsets,
            me: Live::new(boot.user),
            rooms: Live::new(boot.rooms.clone()),
            current: Live::new(current),
            bar: Live::new(Bar::Hidden),
            way: Live::new(Way::WebSocket),
            check: Live::new(Check::default()),
            is_alive: Live::new(false),
            is_away: Live::new(false),
            hidden_at: Live::new(None),
            is_linked: Live::new(false),
            refusal: Live::new(None),
            was_led: Live::new(false),
            is_copied: Live::new(false),
            open: Live::new(current.into_iter().collect()),
            link: Live::new(None),
            asked: Live::new(Vec::new()),
            collate: Live::new(None),
            wish: Live::new(None),
            tab: Live::new(None),
            missing: Live::new(Vec::new()),
        }
    }

    /// Takes up work in the browser: sorts and dates as the reader's place does, finds what
    /// was left to send, and connects.
    pub fn start(self, build: String) {
        self.is_alive.set(true);
        self.offsets.take_browsers();
        let collate: Rc<Collate> = Rc::new(browser::collator(self.locale));
        self.collate.set(Some(local(collate)));
        for room in self.open.peek() {
            self.restore_draft(room);
            self.tell_of_owning(room);
            room.scroll.update(|scroll| scroll.set_reduced_motion(browser::wants_less_motion()));
        }
        let session = browser::session_storage();
        let reloaded = session.as_ref().is_some_and(|session| {
            let reloaded = session.get_item(RELOADED).ok().flatten().is_some();
            let _ = session.remove_item(RELOADED);
            reloaded
        });
        let link = Link::open(build, reloaded, move |event| self.on_event(event));
        self.link.set(Some(local(link)));
        self.come_or_go();
        wasm_bindgen_futures::spawn_local(async move {
            self.tab.set(Some(tabs::claim_tab().await));
            for room in self.open.peek() {
                self.restore_outbox(room);
            }
            self.adopt_now_and_then();
        });
    }

    /// The room of that key, if the page has it open.
    pub fn find(self, key: &RoomKey) -> Option<OpenRoom> {
        self.open
            .peek_with(|open| open.iter().find(|room| room.key.peek_with(|k| k == key)).copied())
    }

    /// Whether one may speak in the room that is shown.
    pub fn has_seat(self) -> bool {
        self.current.get().is_some_and(|room| room.has_seat())
    }

    /// Shows another room that is open.
    pub fn show(self, room: OpenRoom) {
        room.reopen(browser::wants_less_motion());
        self.current.set(Some(room));
    }

    /// The open room that has this path.
    pub fn find_path(self, path: &str) -> Option<OpenRoom> {
        self.open
            .peek_with(|open| open.iter().find(|room| super::path(&room.key()) == path).copied())
    }

    /// The network is gone; the browser may take minutes to notice that on the socket.
    pub fn lose_link(self) {
        self.with_link(Link::lose);
    }

    /// The tab is shown, has the focus again, or goes out of sight.
    pub fn look(self) {
        self.come_or_go();
        if browser::is_looked_at() {
            self.nudge();
            if let Some(room) = self.current.peek() {
                room.looks.update(|looks| *looks += 1);
            }
        }
    }

    /// Who has left the tab alone for long is away; who shows it is back.
    fn come_or_go(self) {
        if !browser::document().hidden() {
            self.hidden_at.set(None);
            return self.set_away(false);
        }
        if self.hidden_at.peek().is_some() {
            return;
        }
        let at = Some(browser::ticks());
        self.hidden_at.set(at);
        let leave = move || {
            if self.hidden_at.peek() == at {
                self.set_away(true);
            }
        };
        browser::after(AWAY_AFTER, leave);
    }

    fn set_away(self, on: bool) {
        if self.is_away.change(|is_away| std::mem::replace(is_away, on)) != on {
            // Without a link it is said with the next.
            self.ask(Command::Away { on }, Asked::Nothing);
        }
    }

    /// Tries to connect at once.
    pub fn nudge(self) {
        self.with_link(|link| link.nudge());
    }

    /// Joins the room under a name: the shown one, or any from the first page. While the link
    /// is still opening the wish waits for it; if that takes too long, `otherwise`.
    pub fn join(self, room: String, username: String, otherwise: impl Fn() + 'static) {
        if self.is_linked.peek() {
            self.ask_to_join(room, username);
            return;
        }
        self.wish.set(Some((room, username)));
        let give_up = move || {
            if self.wish.change(Option::take).is_some() {
                otherwise();
            }
        };
        browser::after(LINK_PATIENCE, give_up);
    }

    fn ask_to_join(self, room: String, username: String) {
        let key = self.current.peek().map(|room| room.key());
        self.ask(Command::Join { room, username }, Asked::Join(key));
    }

    pub fn leave(self, room: OpenRoom) -> bool {
        let key = room.key();
        self.ask(Command::Leave { room: key.clone() }, Asked::Leave(key))
    }

    /// Asks for the page before the first loaded message, unless that is under way.
    pub fn load_older(self, room: OpenRoom) {
        let Some(before) = room.timeline.peek_with(|timeline| timeline.older()) else {
            return;
        };
        // Without a link it is asked for once there is one.
        if room.older.peek() == Older::Loading || !self.is_linked.peek() {
            return;
        }
        let limit = crate::protocol::limits::PAGE as u32;
        let command = Command::Before { room: room.key(), before, limit };
        let is_asked = self.ask(command, Asked::Before(room.key(), before));
        room.older.set(if is_asked { Older::Loading } else { Older::Failed });
    }

    /// Asks for a message that another answers, once.
    pub fn ask_quote(self, room: OpenRoom, seq: Seq) {
        if room.asked_quotes.peek_with(|asked| asked.contains(&seq)) {
            return;
        }
        let command = Command::Before { room: room.key(), before: seq + 1, limit: 1 };
        if self.ask(command, Asked::Quote(room.key(), seq)) {
            room.asked_quotes.change(|asked| asked.push(seq));
        }
    }

    /// Everything up to the end was seen.
    pub fn mark_read(self, room: OpenRoom) {
        let last = room.timeline.peek_with(|timeline| timeline.last_seq());
        self.mark_read_to(room, last);
    }

    pub fn mark_read_to(self, room: OpenRoom, seq: Seq) {
        if room.username.peek().is_none() || seq <= room.last_read.peek() {
            return;
        }
        if self.ask(Command::Read { room: room.key(), seq }, Asked::Nothing) {
            self.has_read(room, seq);
            self.tell_of_reading(room, seq);
        }
    }

    fn has_read(self, room: OpenRoom, seq: Seq) {
        let last = room.timeline.peek_with(|timeline| timeline.last_seq());
        room.last_read.set(seq);
        self.change_summary(&room.key(), |summary| {
            summary.unread = last.saturating_sub(seq);
            if summary.unread == 0 {
                summary.mentions = 0;
            }
        });
    }

    /// Says whether it was asked. What is asked on a link that the server has not greeted us on
    /// may be gone with it.
    fn ask(self, command: Command, asked: Asked) -> bool {
        if !self.is_linked.peek() {
            return false;
        }
        let id = self.with_link(|link| link.ask(command)).flatten();
        match id {
            Some(id) => {
                self.asked.change(|waiting| waiting.push((id, asked)));
                true
            }
            None => false,
        }
    }

    fn take_asked(self, id: u32) -> Option<Asked> {
        self.asked.change(|waiting| {
            let at = waiting.iter().position(|(asked, _)| *asked == id)?;
            Some(waiting.swap_remove(at).1)
        })
    }

    fn with_link<T>(self, use_it: impl FnOnce(&Link) -> T) -> Option<T> {
        self.link.peek_with(|link| Some(use_it(link.as_ref()?)))
    }

    fn with_order<T>(self, use_it: impl FnOnce(&Collate) -> T) -> T {
        match self.collate.peek() {
            Some(collate) => {
                let collate: &Rc<Collate> = &collate;
                use_it(&**collate)
            }
            None => use_it(&plain_order),
        }
    }
}
