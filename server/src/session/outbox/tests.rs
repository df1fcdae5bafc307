//! The queue alone, and with a writer that takes what the test says.

use super::*;
use app::protocol::{Codec, ServerFrame};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

#[tokio::test]
async fn a_full_outbox_refuses_and_keeps_what_it_has() {
    let (outbox, mut queue) = Outbox::new();
    let beat = SharedFrame::new(ServerFrame::Beat);
    for _ in 0..CAPACITY {
        assert_eq!(outbox.push(&beat), Ok(()));
    }
    assert_eq!(outbox.push(&beat), Err(Full));
    assert!(queue.try_next().is_some_and(|frame| *frame.frame() == ServerFrame::Beat));
    assert_eq!(outbox.push(&beat), Ok(()));
}

#[tokio::test]
async fn a_reserved_place_is_nobody_elses() {
    let (outbox, mut queue) = Outbox::new();
    let beat = SharedFrame::new(ServerFrame::Beat);
    let place = outbox.reserve().await.expect("a place");
    for _ in 1..CAPACITY {
        assert_eq!(outbox.push(&beat), Ok(()));
    }
    assert_eq!(outbox.push(&beat), Err(Full));
    place.fill(beat.clone());
    let mut waits = Box::pin(outbox.reserve());
    assert!(futures::poll!(waits.as_mut()).is_pending());
    queue.try_next();
    let place = waits.await.expect("a place");
    assert_eq!(outbox.push(&beat), Err(Full));
    drop(place);
    assert_eq!(outbox.push(&beat), Ok(()));
}

#[tokio::test]
async fn who_waits_for_a_place_hears_of_the_end() {
    let (outbox, queue) = Outbox::new();
    let beat = SharedFrame::new(ServerFrame::Beat);
    while outbox.push(&beat).is_ok() {}
    let mut waits = Box::pin(outbox.reserve());
    assert!(futures::poll!(waits.as_mut()).is_pending());
    drop(queue);
    assert!(waits.await.is_none());
}

#[tokio::test]
async fn the_queue_tells_of_what_was_left_out_once_and_when_it_is_wanted() {
    let (outbox, mut queue) = Outbox::new();
    outbox.mark_behind();
    outbox.push(&SharedFrame::new(ServerFrame::Beat)).expect("room for a frame");
    assert!(matches!(queue.next(false).await, Queued::Frame(_)));
    assert!(matches!(queue.next(true).await, Queued::Behind));
    let mut next = Box::pin(queue.next(true));
    assert!(futures::poll!(next.as_mut()).is_pending());
    outbox.mark_behind();
    assert!(matches!(next.await, Queued::Behind));
}

/// A client that takes so many bytes at once.
struct Takes(usize, UnboundedSender<usize>);

impl Writer for Takes {
    fn try_write(&self, frame: &SharedFrame) -> Bytes {
        let mut message = frame.encoded(Codec::Json).message();
        let taken = message.split_to(self.0.min(message.len()));
        self.1.send(taken.len()).expect("the test listens");
        message
    }
}

fn deliver(to: &[Outbox], beats: usize) {
    let mut lenders = Vec::new();
    for _ in 0..beats {
        let beat = SharedFrame::new(ServerFrame::Beat);
        let pushed = to.iter().all(|outbox| outbox.push_for(&beat, Some(&mut lenders)).is_ok());
        assert!(pushed);
    }
    write_out(lenders);
}

fn lends(takes: usize, told: &UnboundedSender<usize>) -> Option<Arc<dyn Writer>> {
    Some(Arc::new(Takes(takes, told.clone())))
}

fn beat() -> Bytes {
    SharedFrame::new(ServerFrame::Beat).encoded(Codec::Json).message()
}

#[tokio::test]
async fn to_those_who_wait_a_frame_is_written_and_nobody_is_woken() {
    let (told, mut written) = unbounded_channel();
    let writer = lends(1000, &told);
    let mut links: Vec<_> = (0..3 * IN_ONE_GO).map(|_| Outbox::new()).collect();
    let outboxes: Vec<_> = links.iter().map(|(outbox, _)| outbox.clone()).collect();
    let mut waits: Vec<_> = links
        .iter_mut()
        .map(|(_, queue)| Box::pin(queue.next_or_lend(true, writer.as_ref())))
        .collect();
    for next in &mut waits {
        assert!(futures::poll!(next.as_mut()).is_pending());
    }
    deliver(&outboxes, 1);
    for _ in &outboxes {
        assert_eq!(written.recv().await, Some(beat().len()));
    }
    for next in &mut waits {
        assert!(futures::poll!(next.as_mut()).is_pending());
    }
    drop(waits);
    assert!(links.iter_mut().all(|(_, queue)| queue.take_back().is_none()));
}

#[tokio::test]
async fn of_a_frame_that_was_written_in_part_the_task_writes_the_rest() {
    let (told, mut written) = unbounded_channel();
    let (outbox, mut queue) = Outbox::new();
    let writer = lends(2, &told);
    let mut next = Box::pin(queue.next_or_lend(true, writer.as_ref()));
    assert!(futures::poll!(next.as_mut()).is_pending());
    deliver(std::slice::from_ref(&outbox), 1);
    assert_eq!(written.recv().await, Some(2));
    assert!(matches!(futures::poll!(next.as_mut()), Poll::Ready(None)));
    drop(next);
    // Not before the rest is written.
    deliver(std::slice::from_ref(&outbox), 1);
    tokio::task::yield_now().await;
    assert_eq!(queue.take_back(), Some(beat().slice(2..)));
    assert!(queue.try_next().is_some() && queue.try_next().is_none());
    assert!(queue.take_back().is_none() && written.try_recv().is_err());
}

#[tokio::test]
async fn nothing_overtakes_a_frame_that_was_taken() {
    let (told, mut written) = unbounded_channel();
    let (outbox, mut queue) = Outbox::new();
    let writer = lends(1000, &told);
    let mut next = Box::pin(queue.next_or_lend(true, writer.as_ref()));
    assert!(futures::poll!(next.as_mut()).is_pending());
    outbox.push(&SharedFrame::new(ServerFrame::Beat)).expect("room for a frame");
    assert!(matches!(next.await, Some(Queued::Frame(_))));
    deliver(std::slice::from_ref(&outbox), 1);
    tokio::task::yield_now().await;
    assert!(written.try_recv().is_err() && queue.try_next().is_some());
}

#[tokio::test]
async fn who_has_more_than_a_frame_or_lends_nothing_is_woken() {
    let (told, mut written) = unbounded_channel();
    let (outbox, mut queue) = Outbox::new();
    for writer in [None, lends(1000, &told)] {
        let mut next = Box::pin(queue.next_or_lend(true, writer.as_ref()));
        assert!(futures::poll!(next.as_mut()).is_pending());
        deliver(std::slice::from_ref(&outbox), 2);
        assert!(matches!(next.await, Some(Queued::Frame(_))));
        assert!(queue.take_back().is_none() && queue.try_next().is_some());
    }
    assert!(written.try_recv().is_err());
}
