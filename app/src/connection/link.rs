//! The driver: it does what the machines say, and hands on what it hears.

use super::longpoll::Polls;
use super::ways::Due;
use super::websocket::{Socket, echo};
use super::{Bar, Ending, Listener, Reconnect, Signal, Step, Way, Ways};
use crate::browser;
use crate::protocol::{ClientFrame, Close, Codec, Command, Greeting, Hello, ServerFrame};
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Remembers until when long polling is tried first.
const LONG_POLL: &str = "sarangbang.longpoll";

/// The way that won is remembered for so long, in milliseconds.
const REMEMBERED: u64 = 60 * 60 * 1000;

/// What happens on the link.
pub enum Event {
    /// The server greeted us: every room is to be resumed.
    Opened(Opened),
    Heard(ServerFrame),
    /// Nothing sent since the last ack is known to have arrived.
    Ended,
    /// What the status bar says now.
    Bar(Bar),
    /// The page is of another build: load it anew, and remember that it was done.
    Reload,
}

pub struct Opened {
    pub greeting: Greeting,
    pub way: Way,
    /// From the hello to the greeting, in milliseconds: one round trip, and what opening took.
    pub took: u64,
}

/// The page's end of the link. Cheap to clone.
#[derive(Clone)]
pub struct Link(Rc<Inner>);

struct Inner {
    build: String,
    on_event: Box<dyn Fn(Event)>,
    /// Never borrowed while an event is told: who hears it may ask for something.
    state: RefCell<State>,
}

struct State {
    machine: Reconnect,
    ways: Ways,
    transport: Option<Transport>,
    /// Counts the transports: what one reports after it was let go of is not heard.
    opened: u32,
    began: u64,
    /// Why the server is about to close.
    said: Option<Close>,
    commands: u32,
    timer: Option<Timeout>,
}

enum Transport {
    Socket(Socket),
    Polls(Polls),
}

impl Link {
    /// Begins to connect. `reloaded`: the page has just loaded itself anew for another build.
    pub fn open(build: String, reloaded: bool, on_event: impl Fn(Event) + 'static) -> Self {
        let now = browser::ticks();
        let state = State {
            machine: Reconnect::new(now, reloaded),
            ways: Ways::new(has_long_poll_won()),
            transport: None,
            opened: 0,
            began: now,
            said: None,
            commands: 0,
            timer: None,
        };
        let on_event = Box::new(on_event);
        let link = Link(Rc::new(Inner { build, on_event, state: RefCell::new(state) }));
        link.tick();
        link
    }

    /// Sends a command and says its number; `None` while there is no link.
    pub fn ask(&self, command: Command) -> Option<u32> {
        let mut state = self.0.state.borrow_mut();
        let id = state.commands.wrapping_add(1);
        state.commands = id;
        let frame = Codec::Postcard.encode(&ClientFrame::Command { id, command });
        let is_sent = match state.transport.as_ref()? {
            Transport::Socket(socket) => socket.send(&frame),
            Transport::Polls(polls) => polls.send(&frame),
        };
        is_sent.then_some(id)
    }

    /// The network is back, the tab is shown, someone clicked: try now.
    pub fn nudge(&self) {
        let step = self.0.state.borrow_mut().machine.nudge(browser::ticks(), browser::random());
        self.take(step);
    }

    /// Ends what is open, through no fault of the way it goes: to begin anew, or because the browser
    /// says that there is no network, which it may take minutes to notice on the socket.
    pub fn lose(&self) {
        if self.0.state.borrow().transport.is_some() {
            self.has_ended(Ending::Lost, false);
        }
    }

    fn tick(&self) {
        let now = browser::ticks();
        let due = self.0.state.borrow_mut().ways.tick(now);
        match due {
            Due::Nothing => {}
            Due::GiveUp => self.failed(Ending::Lost),
            Due::Probe => self.probe(),
        }
        let step = self.0.state.borrow_mut().machine.tick(now, browser::random());
        self.take(step);
    }

    fn take(&self, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Connect => {
                let way = self.0.state.borrow_mut().ways.begin(browser::ticks());
                self.try_way(way);
            }
            Step::Abandon => {
                self.0.state.borrow_mut().ways.ended(true, browser::ticks());
                self.let_go();
            }
            Step::Reload => (self.0.on_event)(Event::Reload),
        }
        self.rest();
    }

    /// Says how things stand, and wakes when something is due.
    fn rest(&self) {
        let now = browser::ticks();
        let (bar, wake_at) = {
            let state = self.0.state.borrow();
            let due = [state.machine.wake_at(now), state.ways.wake_at()];
            (state.machine.bar(now), due.into_iter().flatten().min())
        };
        (self.0.on_event)(Event::Bar(bar));
        let timer = wake_at.map(|at| {
            let wait = u32::try_from(at.saturating_sub(now)).unwrap_or(u32::MAX);
            let link = self.clone();
            Timeout::new(wait.max(1), move || link.tick())
        });
        self.0.state.borrow_mut().timer = timer;
    }

    fn try_way(&self, way: Way) {
        let id = {
            let mut state = self.0.state.borrow_mut();
            state.opened = state.opened.wrapping_add(1);
            state.said = None;
            state.began = browser::ticks();
            state.opened
        };
        let hello = Hello { build: Some(self.0.build.clone()), token: None };
        let hello = Codec::Postcard.encode(&ClientFrame::Hello(hello));
        let link = self.clone();
        let listener: Listener = Box::new(move |signal| link.hear(id, signal));
        let transport = match way {
            Way::WebSocket => Socket::open(hello, listener).map(Transport::Socket),
            Way::LongPoll => Polls::open(hello, listener).map(Transport::Polls),
        };
        let is_refused = transport.is_none();
        self.0.state.borrow_mut().transport = transport;
        if is_refused {
            self.failed(Ending::Lost);
        }
    }

    fn hear(&self, id: u32, signal: Signal) {
        if self.0.state.borrow().opened != id {
            return;
        }
        let now = browser::ticks();
        match signal {
            Signal::Heard(frame) => {
                self.0.state.borrow_mut().machine.heard(now);
                self.on_frame(frame, now);
            }
            // Another build, or something else that answers in the server's place.
            Signal::Garbled => self.0.state.borrow_mut().said = Some(Close::Reload),
            Signal::Ended { is_clean } => {
                let said = self.0.state.borrow_mut().said.take();
                self.failed(match said {
                    Some(close) => Ending::Said(close),
                    None if is_clean => Ending::Closed,
                    None => Ending::Lost,
                });
            }
        }
    }

    fn on_frame(&self, frame: ServerFrame, now: u64) {
        match frame {
            ServerFrame::Hello(greeting) => {
                let (way, took) = {
                    let mut state = self.0.state.borrow_mut();
                    state.machine.opened(now);
                    (state.ways.opened(now), now - state.began)
                };
                remember(way);
                (self.0.on_event)(Event::Opened(Opened { greeting, way, took }));
                self.rest();
            }
            ServerFrame::Close(close) => {
                let mut state = self.0.state.borrow_mut();
                state.said = Some(close.clone());
                // A socket ends by itself now; polls would only notice that there is no more.
                let is_polling = matches!(state.transport, Some(Transport::Polls(_)));
                drop(state);
                if is_polling {
                    self.ended(Ending::Said(close));
                }
            }
            ServerFrame::Beat => {}
            frame => (self.0.on_event)(Event::Heard(frame)),
        }
    }

    /// The transport has ended. If it never was a link, the other way may be one.
    fn failed(&self, ending: Ending) {
        let now = browser::ticks();
        let other = {
            let mut state = self.0.state.borrow_mut();
            let was_open = state.machine.is_open();
            let is_lost = ending == Ending::Lost || ending == Ending::Closed;
            if is_lost && !was_open { state.ways.failed(now) } else { None }
        };
        match other {
            Some(way) => {
                self.let_go();
                self.try_way(way);
                self.rest();
            }
            None => self.ended(ending),
        }
    }

    fn ended(&self, ending: Ending) {
        let is_broken = ending == Ending::Lost;
        self.has_ended(ending, is_broken);
    }

    fn has_ended(&self, ending: Ending, is_broken: bool) {
        let now = browser::ticks();
        self.let_go();
        let step = {
            let mut state = self.0.state.borrow_mut();
            state.ways.ended(is_broken, now);
            state.machine.closed(ending, now, browser::random())
        };
        self.take(step);
    }

    fn let_go(&self) {
        let transport = {
            let mut state = self.0.state.borrow_mut();
            state.opened = state.opened.wrapping_add(1);
            state.transport.take()
        };
        match transport {
            Some(Transport::Socket(socket)) => socket.close(),
            Some(Transport::Polls(polls)) => polls.close(),
            None => return,
        }
        (self.0.on_event)(Event::Ended);
    }

    /// Asks whether WebSockets work again, and changes over to one if they do.
    fn probe(&self) {
        let link = self.clone();
        spawn_local(async move {
            let came_through = echo().await.is_some();
            let step = {
                let mut state = link.0.state.borrow_mut();
                match state.ways.probed(came_through, browser::ticks()) {
                    true => state.machine.change_over(browser::ticks()),
                    false => Step::Nothing,
                }
            };
            if step == Step::Connect {
                link.let_go();
            }
            link.take(step);
        });
    }
}

fn has_long_poll_won() -> bool {
    let storage = browser::local_storage();
    let until = storage.and_then(|storage| storage.get_item(LONG_POLL).ok().flatten());
    until.and_then(|until| until.parse().ok()).is_some_and(|until: u64| browser::now() < until)
}

/// Remembers the way that won. A browser that keeps nothing finds it anew each time.
fn remember(way: Way) {
    let Some(storage) = browser::local_storage() else { return };
    let _ = match way {
        Way::WebSocket => storage.remove_item(LONG_POLL),
        Way::LongPoll => {
            let until = browser::now() + REMEMBERED;
            storage.set_item(LONG_POLL, &until.to_string())
        }
    };
}
