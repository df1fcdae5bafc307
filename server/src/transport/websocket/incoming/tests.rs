use super::*;
use proptest::prelude::*;
use tungstenite::protocol::frame::Frame;

const MASK: [u8; 4] = [0x5a, 0, 0xff, 0x13];

fn bytes(frame: Frame) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.format(&mut bytes).expect("memory takes it");
    bytes
}

fn masked(mut frame: Frame) -> Vec<u8> {
    frame.header_mut().mask = Some(MASK);
    bytes(frame)
}

fn part(payload: &[u8], kind: Data, is_final: bool) -> Vec<u8> {
    masked(Frame::message(payload.to_vec(), OpCode::Data(kind), is_final))
}

type Said = Heard<(Data, Vec<u8>)>;

fn hear(incoming: &mut Incoming) -> Result<Option<Said>, Broken> {
    incoming.next(|kind, bytes| (kind, bytes.to_vec()))
}

#[derive(Clone, Debug)]
enum Saying {
    Message { kind: Data, parts: Vec<Vec<u8>> },
    Ping(Vec<u8>),
    Pong,
}

fn saying() -> impl Strategy<Value = Saying> {
    let kind = prop_oneof![Just(Data::Text), Just(Data::Binary)];
    let payload = || prop::collection::vec(any::<u8>(), 0..300);
    let parts = prop::collection::vec(payload(), 1..4);
    prop_oneof![
        4 => (kind, parts).prop_map(|(kind, parts)| Saying::Message { kind, parts }),
        1 => prop::collection::vec(any::<u8>(), 0..=125).prop_map(Saying::Ping),
        1 => Just(Saying::Pong),
    ]
}

/// As a client would send it, with a pong between the parts of a message.
fn said(saying: &Saying) -> (Vec<u8>, Vec<Said>) {
    match saying {
        Saying::Ping(payload) => {
            (masked(Frame::ping(payload.clone())), vec![Heard::Ping(payload.clone())])
        }
        Saying::Pong => (masked(Frame::pong(Vec::new())), vec![Heard::Pong]),
        Saying::Message { kind, parts } => {
            let (mut bytes, mut heard) = (Vec::new(), Vec::new());
            for (at, payload) in parts.iter().enumerate() {
                if at > 0 {
                    bytes.extend(masked(Frame::pong(Vec::new())));
                    heard.push(Heard::Pong);
                }
                let kind = if at == 0 { *kind } else { Data::Continue };
                bytes.extend(part(payload, kind, at + 1 == parts.len()));
            }
            heard.push(Heard::Message((*kind, parts.concat())));
            (bytes, heard)
        }
    }
}

proptest! {
    #[test]
    fn what_was_said_is_heard_however_it_arrives(
        sayings in prop::collection::vec(saying(), 0..6),
        piece in 1_usize..200,
    ) {
        let (bytes, expected): (Vec<_>, Vec<_>) = sayings.iter().map(said).unzip();
        let mut incoming = Incoming::default();
        let mut heard = Vec::new();
        for piece in bytes.concat().chunks(piece) {
            incoming.take_in(piece);
            while let Some(said) = hear(&mut incoming).expect("a client that keeps the rules") {
                heard.push(said);
            }
        }
        prop_assert_eq!(heard, expected.into_iter().flatten().collect::<Vec<_>>());
        prop_assert_eq!(incoming.bytes.capacity(), 0);
    }

    #[test]
    fn anything_at_all_is_heard_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut incoming = Incoming::default();
        incoming.take_in(&bytes);
        while let Ok(Some(_)) = hear(&mut incoming) {}
    }
}

#[test]
fn who_breaks_the_rules_is_not_heard() {
    let in_parts = part(b"a", Data::Text, false);
    let mut reserved_bit = part(b"a", Data::Text, true);
    reserved_bit[0] |= 0x40;
    let mut reserved_kind = part(b"a", Data::Text, true);
    reserved_kind[0] = 0x83;
    let mut ping_in_parts = masked(Frame::ping(Vec::new()));
    ping_in_parts[0] &= 0x7f;
    let half = vec![0; limits::FRAME_BYTES / 2 + 1];
    let cases = [
        ("not masked", bytes(Frame::message("a", OpCode::Data(Data::Text), true))),
        ("a reserved bit", reserved_bit),
        ("a reserved kind", reserved_kind),
        ("a ping in parts", ping_in_parts),
        ("a long ping", masked(Frame::ping(vec![0; 126]))),
        ("a part of nothing", part(b"a", Data::Continue, true)),
        ("a message inside another", [&*in_parts, &part(b"b", Data::Text, true)].concat()),
        ("a huge message", part(&vec![0; limits::FRAME_BYTES + 1], Data::Binary, true)),
        (
            "a huge message in parts",
            [part(&half, Data::Binary, false), part(&half, Data::Continue, true)].concat(),
        ),
    ];
    for (what, bytes) in cases {
        let mut incoming = Incoming::default();
        incoming.take_in(&bytes);
        assert_eq!(hear(&mut incoming), Err(Broken), "{what}");
    }
}

#[test]
fn a_huge_message_is_refused_at_its_header() {
    let bytes = part(&vec![0; limits::FRAME_BYTES + 1], Data::Binary, true);
    let mut incoming = Incoming::default();
    incoming.take_in(&bytes[..14]);
    assert_eq!(hear(&mut incoming), Err(Broken));
}
