//! The driver that holds a WebSocket: one task owns it, opens it when the reconnect machine
//! says so, and hands on what it hears.

use super::{Bar, Ending, Reconnect, Step};
use crate::browser;
use crate::protocol::{ClientFrame, Close, Codec, Command, Greeting, Hello, ServerFrame};
use futures::channel::mpsc;
use futures::future::{Either, FutureExt, pending};
use futures::{StreamExt, select};
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;

/// What happens on the link.
pub enum Event {
    /// The server greeted us: every room is to be resumed.
    Opened(Greeting),
    Heard(ServerFrame),
    /// Nothing sent since the last ack is known to have arrived.
    Ended,
    /// What the status bar says now.
    Bar(Bar),
    /// The page is of another build: load it anew, and remember that it was done.
    Reload,
}

/// The page's end of the link. Cheap to clone.
#[derive(Clone)]
pub struct Link(Rc<Inner>);

#[derive(Clone, Copy)]
enum Hint {
    TryNow,
    NetworkLost,
}

struct Inner {
    /// The open socket; sending goes through it directly, receiving through the task.
    socket: RefCell<Option<web_sys::WebSocket>>,
    next: Cell<u32>,
    /// What the page tells the driver. Bounded by what people can do.
    hints: mpsc::UnboundedSender<Hint>,
}

impl Link {
    /// Begins to connect. `reloaded`: the page has just loaded itself anew for another build.
    pub fn open(build: String, reloaded: bool, on_event: impl Fn(Event) + 'static) -> Self {
        let (hints, hinted) = mpsc::unbounded();
        let inner = Inner { socket: RefCell::default(), next: Cell::new(1), hints };
        let link = Link(Rc::new(inner));
        let machine = Reconnect::new(browser::ticks(), reloaded);
        let driver = Driver { link: link.clone(), build, machine, said: None, on_event };
        spawn_local(driver.run(hinted));
        link
    }

    /// Sends a command and says its number; `None` while there is no link.
    pub fn ask(&self, command: Command) -> Option<u32> {
        let id = self.0.next.get();
        self.0.next.set(id.wrapping_add(1));
        let bytes = Codec::Postcard.encode(&ClientFrame::Command { id, command });
        let socket = self.0.socket.borrow();
        socket.as_ref()?.send_with_u8_array(&bytes).ok()?;
        Some(id)
    }

    /// The network is back, the tab is shown, someone clicked: try now.
    pub fn nudge(&self) {
        // Fails only when the driver has ended, and then there is nothing to nudge.
        let _ = self.0.hints.unbounded_send(Hint::TryNow);
    }

    /// The browser says that there is no network.
    pub fn lose(&self) {
        let _ = self.0.hints.unbounded_send(Hint::NetworkLost);
    }
}

struct Driver<F> {
    link: Link,
    build: String,
    machine: Reconnect,
    /// Why the server is about to close.
    said: Option<Close>,
    on_event: F,
}

impl<F: Fn(Event)> Driver<F> {
    async fn run(mut self, mut hinted: mpsc::UnboundedReceiver<Hint>) {
        let mut socket: Option<WebSocket> = None;
        loop {
            let now = browser::ticks();
            (self.on_event)(Event::Bar(self.machine.bar(now)));
            let wake = match self.machine.wake_at(now) {
                Some(at) => {
                    let wait = u32::try_from(at.saturating_sub(now)).unwrap_or(u32::MAX);
                    Either::Left(TimeoutFuture::new(wait.max(1)))
                }
                None => Either::Right(pending()),
            };
            let heard = match &mut socket {
                Some(socket) => Either::Left(socket.next()),
                None => Either::Right(pending()),
            };
            let step = {
                let (mut wake, mut heard) = (wake.fuse(), heard.fuse());
                select! {
                    message = heard => self.hear(message),
                    () = wake => self.machine.tick(browser::ticks(), browser::random()),
                    hint = hinted.next() => self.take(hint),
                }
            };
            match step {
                Step::Nothing => {}
                Step::Connect => {
                    socket = self.connect();
                    if socket.is_none() {
                        let _ =
                            self.machine.closed(Ending::Lost, browser::ticks(), browser::random());
                    }
                }
                Step::Abandon => self.let_go(),
                Step::Reload => (self.on_event)(Event::Reload),
            }
            if self.link.0.socket.borrow().is_none() {
                socket = None;
            }
        }
    }

    fn take(&mut self, hint: Option<Hint>) -> Step {
        match hint {
            Some(Hint::NetworkLost) if self.link.0.socket.borrow().is_some() => {
                self.ended(&WebSocketError::ConnectionError)
            }
            Some(Hint::TryNow) => self.machine.nudge(browser::ticks(), browser::random()),
            _ => Step::Nothing,
        }
    }

    /// Opens a socket that says hello as soon as it is open.
    fn connect(&mut self) -> Option<WebSocket> {
        let location = browser::window().location();
        let scheme = if location.protocol().ok()? == "https:" { "wss://" } else { "ws://" };
        let url = [scheme, &location.host().ok()?, "/ws"].concat();
        let raw = web_sys::WebSocket::new_with_str(&url, Codec::Postcard.subprotocol()).ok()?;
        let hello = Hello { build: Some(self.build.clone()), token: None };
        let bytes = Codec::Postcard.encode(&ClientFrame::Hello(hello));
        let greeter = raw.clone();
        let on_open = Closure::once_into_js(move || {
            // A socket that closed in the meantime is reported by its stream.
            let _ = greeter.send_with_u8_array(&bytes);
        });
        raw.add_event_listener_with_callback("open", on_open.unchecked_ref()).ok()?;
        let socket = WebSocket::try_from(raw.clone()).ok()?;
        self.link.0.socket.replace(Some(raw));
        self.said = None;
        Some(socket)
    }

    fn hear(&mut self, message: Option<Result<Message, WebSocketError>>) -> Step {
        let now = browser::ticks();
        let frame = match message {
            Some(Ok(Message::Bytes(bytes))) => Codec::Postcard.decode(&bytes).ok(),
            Some(Ok(Message::Text(_))) => None,
            Some(Err(error)) => return self.ended(&error),
            None => return self.ended(&WebSocketError::ConnectionError),
        };
        self.machine.heard(now);
        match frame {
            Some(ServerFrame::Hello(greeting)) => {
                self.machine.opened(now);
                (self.on_event)(Event::Opened(greeting));
            }
            Some(ServerFrame::Close(close)) => self.said = Some(close),
            Some(ServerFrame::Beat) => {}
            Some(frame) => (self.on_event)(Event::Heard(frame)),
            // What is not of this protocol comes from another build, or from something else
            // that answers in the server's place.
            None => self.said = Some(Close::Reload),
        }
        Step::Nothing
    }

    fn ended(&mut self, error: &WebSocketError) -> Step {
        self.let_go();
        let ending = match (self.said.take(), error) {
            (Some(close), _) => Ending::Said(close),
            (None, WebSocketError::ConnectionClose(event)) if event.was_clean => Ending::Closed,
            _ => Ending::Lost,
        };
        self.machine.closed(ending, browser::ticks(), browser::random())
    }

    fn let_go(&mut self) {
        if let Some(socket) = self.link.0.socket.take() {
            // Closing what is closed already does nothing.
            let _ = socket.close();
            (self.on_event)(Event::Ended);
        }
    }
}
