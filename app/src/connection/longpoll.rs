//! Frames over plain requests, as `protocol::poll` has it: POSTs carry them up, one at a time,
//! and a GET waits for what comes down.

use super::{Listener, Signal};
use crate::browser;
use crate::protocol::{Codec, Heard, Polled};
use gloo_timers::future::TimeoutFuture;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Frames in one POST: few enough that their number is one byte of postcard.
const AT_ONCE: usize = 100;

/// How long a server that is busy with what it heard is left alone, in milliseconds.
const BUSY: u32 = 200;

#[derive(Clone)]
pub struct Polls(Rc<Inner>);

struct Inner {
    listener: Listener,
    /// Ends the requests under way with the link.
    abort: web_sys::AbortController,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// Known from the first answer on.
    link: Option<String>,
    /// Frames that the server has not heard, and the number of the first.
    unheard: Vec<Vec<u8>>,
    first: u64,
    is_posting: bool,
    is_over: bool,
}

impl Polls {
    pub fn open(hello: Vec<u8>, listener: Listener) -> Option<Self> {
        let state = State { first: 1, ..State::default() };
        let abort = web_sys::AbortController::new().ok()?;
        let polls = Polls(Rc::new(Inner { listener, abort, state: RefCell::new(state) }));
        polls.send(&hello);
        Some(polls)
    }

    /// Whether the frame is on its way.
    pub fn send(&self, frame: &[u8]) -> bool {
        let mut state = self.0.state.borrow_mut();
        if state.is_over {
            return false;
        }
        state.unheard.push(frame.to_vec());
        if !state.is_posting {
            state.is_posting = true;
            spawn_local(self.clone().post());
        }
        true
    }

    pub fn close(&self) {
        self.0.state.borrow_mut().is_over = true;
        self.0.abort.abort();
    }

    /// Sends until everything was heard.
    async fn post(self) {
        loop {
            let (path, body) = {
                let mut state = self.0.state.borrow_mut();
                if state.unheard.is_empty() {
                    state.is_posting = false;
                    return;
                }
                state.next_post()
            };
            let answer = browser::fetch(&path, Some(&body), Some(&self.0.abort.signal())).await;
            let heard = answer.and_then(|body| Codec::Postcard.decode::<Heard>(&body).ok());
            let Some(Heard { link, heard }) = heard else { return self.end() };
            let (is_new, is_busy) = self.0.state.borrow_mut().heard(link, heard);
            if is_new {
                spawn_local(self.clone().get());
            }
            if is_busy {
                TimeoutFuture::new(BUSY).await;
            }
        }
    }

    /// Asks until the end.
    async fn get(self) {
        let mut ack = 0;
        loop {
            let link = self.0.state.borrow().link.clone().unwrap_or_default();
            let path = ["/poll?link=", &link, "&ack=", &u64::to_string(&ack)].concat();
            let answer = browser::fetch(&path, None, Some(&self.0.abort.signal())).await;
            let polled = answer.and_then(|body| Codec::Postcard.decode::<Polled>(&body).ok());
            let Some(Polled { first, frames }) = polled else { return self.end() };
            ack = first + frames.len() as u64 - 1;
            for frame in frames {
                if self.0.state.borrow().is_over {
                    return;
                }
                (self.0.listener)(Signal::Heard(frame));
            }
        }
    }

    fn end(&self) {
        let was_over = std::mem::replace(&mut self.0.state.borrow_mut().is_over, true);
        if !was_over {
            self.0.abort.abort();
            (self.0.listener)(Signal::Ended { is_clean: false });
        }
    }
}

impl State {
    /// What is to be posted next: a list of frames in postcard is its length and then they.
    fn next_post(&self) -> (String, Vec<u8>) {
        // The first frame opens the link and goes alone.
        let count = match &self.link {
            None => 1,
            Some(_) => self.unheard.len().min(AT_ONCE),
        };
        let mut body = vec![count as u8];
        body.extend(self.unheard[..count].concat());
        let path = match &self.link {
            None => "/poll".to_owned(),
            Some(link) => ["/poll?link=", link, "&first=", &self.first.to_string()].concat(),
        };
        (path, body)
    }

    /// Says whether the link is new, and whether the server is busy.
    fn heard(&mut self, link: String, heard: u64) -> (bool, bool) {
        let count = (heard + 1).saturating_sub(self.first).min(self.unheard.len() as u64);
        self.unheard.drain(..count as usize);
        self.first += count;
        (self.link.replace(link).is_none(), count == 0)
    }
}
