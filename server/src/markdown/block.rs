//! Lines: code, quotes, lists, and the words between them.

use super::{Name, append, inline};
use app::protocol::Span;

/// Lists that count higher count something else: years, prices.
const LIST_START: u32 = 99;

/// What a line begins.
enum Begin<'a> {
    /// Lines of code, from the next line to the one with this fence.
    Fence(&'a str),
    Quote,
    Item {
        number: Option<u32>,
        /// How far its own further lines are indented.
        indent: usize,
    },
    Words,
}

pub fn parse(text: &str, names: &[Name<'_>], depth: usize) -> Vec<Span> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut spans = Vec::new();
    let (mut at, mut words) = (0, 0);
    while at < lines.len() {
        let block = match begin(lines[at]) {
            Begin::Fence(fence) => code(&lines[at..], fence),
            Begin::Quote if depth > 0 => quote(&lines[at..], names, depth),
            Begin::Item { number, .. } if depth > 0 => {
                Some(list(&lines[at..], number, names, depth))
            }
            Begin::Words | Begin::Quote | Begin::Item { .. } => None,
        };
        let Some((block, length)) = block else {
            at += 1;
            continue;
        };
        push_words(&mut spans, &lines[words..at], names);
        spans.push(block);
        at += length;
        words = at;
    }
    push_words(&mut spans, &lines[words..], names);
    spans
}

/// Words that stand between blocks need no empty lines around them.
fn push_words(spans: &mut Vec<Span>, lines: &[&str], names: &[Name<'_>]) {
    let text = lines.join("\n");
    append(spans, inline::parse(text.trim_matches('\n'), names));
}

fn begin(line: &str) -> Begin<'_> {
    if let Some(language) = line.strip_prefix("```") {
        // Words behind a fence would not be seen.
        let is_language = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
        if language.trim_end().chars().all(is_language) {
            return Begin::Fence("```");
        }
    }
    if line.strip_prefix("> ").is_some_and(|rest| !rest.trim().is_empty()) {
        return Begin::Quote;
    }
    let has_words = |rest: &str| !rest.trim().is_empty();
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return if has_words(rest) {
            Begin::Item { number: None, indent: 2 }
        } else {
            Begin::Words
        };
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line[digits..].strip_prefix(". ");
    // `11. 27. 금요일` is a date.
    let is_date =
        |rest: &str| rest.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('.');
    match (line[..digits].parse(), rest) {
        (Ok(number), Some(rest)) if number <= LIST_START && has_words(rest) && !is_date(rest) => {
            Begin::Item { number: Some(number), indent: digits + 2 }
        }
        _ => Begin::Words,
    }
}

/// Nothing, if the code never ends.
fn code(lines: &[&str], fence: &str) -> Option<(Span, usize)> {
    let end = 1 + lines[1..].iter().position(|line| line.trim_end() == fence)?;
    let code = lines[1..end].join("\n");
    (!code.trim().is_empty()).then_some((Span::CodeBlock(code), end + 1))
}

fn quote(lines: &[&str], names: &[Name<'_>], depth: usize) -> Option<(Span, usize)> {
    let quoted = lines.iter().map_while(|line| {
        let rest = line.strip_prefix('>')?;
        // An arrow or a face is none: `>_<`.
        if rest.is_empty() { Some("") } else { rest.strip_prefix(' ') }
    });
    let quoted: Vec<&str> = quoted.collect();
    let inner = parse(quoted.join("\n").trim_matches('\n'), names, depth - 1);
    Some((Span::Quote(inner), quoted.len()))
}

/// Items of one kind that follow each other; numbers must count on.
fn list(lines: &[&str], start: Option<u32>, names: &[Name<'_>], depth: usize) -> (Span, usize) {
    let (mut items, mut at) = (Vec::new(), 0);
    while let Some(line) = lines.get(at) {
        let Begin::Item { number, indent } = begin(line) else { break };
        let due = start.map(|start| start + items.len() as u32);
        if number != due {
            break;
        }
        let mut item = vec![line[indent..].trim_start()];
        at += 1;
        // What is indented below it belongs to it.
        while let Some(line) = lines.get(at) {
            let Some(own) = line.strip_prefix("  ") else { break };
            if own.trim().is_empty() {
                break;
            }
            let further = own.len() - own.trim_start_matches(' ').len();
            item.push(&own[further.min(indent - 2)..]);
            at += 1;
        }
        items.push(parse(&item.join("\n"), names, depth - 1));
    }
    (Span::List { start, items }, at)
}
