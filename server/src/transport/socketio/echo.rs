//! `/echo`: greets, and answers what it hears. With `/` on the same connection it shows two
//! namespaces sharing one.

use super::event::{Asked, Caller, Event};
use super::line::answer;
use crate::session::Bucket;
use crate::transport::words::Words;
use app::protocol::{Limits, Refusal, limits};
use socketioxide::SocketIo;
use socketioxide::handler::ConnectHandler;
use std::future::ready;

/// What one socket may say at once, and per second.
const BURST: u32 = 100;
const RATE: u32 = 20;

pub fn open(io: &SocketIo, words: &'static Words, limits: Limits) {
    let listen = async move |caller: Caller| {
        let bucket = std::sync::Arc::new(Bucket::new(RATE, BURST));
        caller.socket.on_fallback(move |event: Event| {
            let refused = echo(&event, words, limits, &bucket).err();
            // Who does not take the answers has had them all the same.
            let _ = answer(&event.socket, event.callback, refused.as_deref());
            ready(())
        });
        Ok::<_, String>(())
    };
    let greet = move |caller: Caller| {
        let _ = caller.socket.emit("message", words.echo_connected);
        ready(())
    };
    io.ns("/echo", greet.with(listen));
}

fn echo(event: &Event, words: &Words, limits: Limits, bucket: &Bucket) -> Result<(), String> {
    let text = match &event.asked {
        Asked::Message { text, .. } => text,
        Asked::Malformed => return Err(words.malformed.into()),
        Asked::Join(_) | Asked::Edit(_) | Asked::Delete(_) | Asked::React(_) | Asked::Unknown => {
            return Err(words.unknown_event.into());
        }
    };
    let over = limits::excess(text, limits.text);
    if over > 0 {
        return Err(words.refusal(&Refusal::TextTooLong { limit: limits.text, over }));
    }
    bucket.spend().map_err(|refusal| words.refusal(&refusal))?;
    let _ = event.socket.emit("message", &(words.echo_answer)(text));
    Ok(())
}
