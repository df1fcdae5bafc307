use super::*;

#[test]
fn an_answer_quotes_what_it_answers_loaded_or_fetched_and_as_it_is_now() {
    let mut timeline = timeline(51..=100);
    let answer = |seq, reply_to| Message { reply_to: Some(reply_to), ..message(seq, seq) };
    timeline.apply(&batch(100, 103, vec![answer(101, 60), answer(102, 7), answer(103, 7)]));
    let quoted = |timeline: &Timeline, seq| timeline.quote(seq).message.map(|m| m.text.clone());
    assert_eq!(quoted(&timeline, 60).as_deref(), Some("60 at 60"));
    assert_eq!(timeline.lacking_quotes(None), [7]);
    assert_eq!(timeline.lacking_quotes(Some(6)), [7, 6]);
    assert_eq!(timeline.lacking_quotes(Some(7)), [7]);
    timeline.keep_quoted(&Arc::new(message(7, 7)));
    assert!(timeline.lacking_quotes(None).is_empty());
    timeline.apply(&batch(103, 105, vec![message(60, 104), message(7, 105)]));
    timeline.keep_quoted(&Arc::new(message(7, 7)));
    assert_eq!(quoted(&timeline, 60).as_deref(), Some("60 at 104"));
    assert_eq!(
        quoted(&timeline, 7).as_deref(),
        Some("7 at 105"),
        "an old page brings nothing back"
    );
    let rows = timeline.rows(2, None, |_| 0);
    let is_head = rows.iter().any(|row| {
        matches!(&row.kind, RowKind::Message { message, head: true, quote: Some(quote) }
            if message.seq == 103 && quote.seq == 7)
    });
    assert!(is_head, "an answer shows who gives it");
}
