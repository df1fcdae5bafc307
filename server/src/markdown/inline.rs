//! What stands in lines: emphasis, code, links and mentions.
//!
//! One walk from left to right with the forms that are open on a stack, each at most once. What
//! ends one also gives back, as they were written, those opened after it that have not ended.

use super::{Name, append, korean, link, push_text};
use app::protocol::Span;

/// Signs that may stand between another and the word it is meant for.
const SIGNS: [char; 4] = ['*', '_', '~', '`'];

/// Characters in a link's label at most.
const LABEL: usize = 300;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Strong,
    Emphasis(char),
    Strike,
}

/// A form that is open, and what is in it so far. The outermost has none.
struct Open<'a> {
    form: Option<Form>,
    sign: &'a str,
    spans: Vec<Span>,
}

struct Walk<'a> {
    text: &'a str,
    names: &'a [Name<'a>],
    /// Links hold no links.
    links: bool,
    at: usize,
    /// Where the words begin that are not yet in a span.
    words: usize,
    open: Vec<Open<'a>>,
}

pub fn parse(text: &str, names: &[Name<'_>]) -> Vec<Span> {
    walk(text, names, true)
}

fn walk(text: &str, names: &[Name<'_>], links: bool) -> Vec<Span> {
    let outermost = Open { form: None, sign: "", spans: Vec::new() };
    let mut walk = Walk { text, names, links, at: 0, words: 0, open: vec![outermost] };
    while walk.at < text.len() {
        walk.step();
    }
    walk.take_words();
    walk.give_back(1);
    walk.open.pop().map_or_else(Vec::new, |outermost| outermost.spans)
}

impl<'a> Walk<'a> {
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let Some(sign) = rest.chars().next() else { return };
        let before = self.text[..self.at].chars().next_back();
        let length = match sign {
            '\\' => self.escape(rest),
            '`' => self.code(rest),
            '*' | '_' | '~' => self.sign(sign, rest),
            '[' if self.links => self.labelled(rest),
            'h' | 'H' | 'w' | 'W' if self.links && !before.is_some_and(is_word) => {
                self.address(rest)
            }
            '@' if self.links && !before.is_some_and(char::is_alphanumeric) => self.mention(rest),
            _ => None,
        };
        self.at += length.unwrap_or(sign.len_utf8());
    }

    /// What was passed over since the last span are words.
    fn take_words(&mut self) {
        let words = &self.text[self.words..self.at];
        push_text(self.spans(), words);
    }

    fn spans(&mut self) -> &mut Vec<Span> {
        &mut self.open.last_mut().expect("the outermost stays open").spans
    }

    /// Adds a span for the next so many bytes.
    fn push(&mut self, span: Span, length: usize) -> Option<usize> {
        self.take_words();
        self.spans().push(span);
        self.words = self.at + length;
        Some(length)
    }

    /// The sign behind it stands for itself. The backslash of `¯\_(ツ)_/¯` is seen.
    fn escape(&mut self, rest: &str) -> Option<usize> {
        match rest.as_bytes().get(1)? {
            b'*' | b'~' | b'`' | b'[' => {
                self.take_words();
                self.words = self.at + 1;
                Some(2)
            }
            b'_' => Some(2),
            _ => None,
        }
    }

    /// As many backticks as it began with end it.
    fn code(&mut self, rest: &str) -> Option<usize> {
        let fence = &rest[..run(rest, '`')];
        let mut inside = &rest[fence.len()..];
        let mut length = fence.len();
        let code = loop {
            let Some(at) = inside.find('`') else { return Some(fence.len()) };
            let end = run(&inside[at..], '`');
            length += at + end;
            if end == fence.len() {
                break &rest[fence.len()..length - end];
            }
            inside = &inside[at + end..];
        };
        // A space on both sides is there to hold a backtick off.
        let is_space = code.trim().is_empty();
        let bare = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
        match bare.filter(|_| !is_space).unwrap_or(code) {
            _ if is_space => Some(length),
            bare => self.push(Span::Code(bare.trim_matches('\n').to_owned()), length),
        }
    }

    fn sign(&mut self, sign: char, rest: &'a str) -> Option<usize> {
        let length = run(rest, sign);
        let (before, after) = (&self.text[..self.at], &rest[length..]);
        let forms: &[Form] = match (sign, length) {
            ('*', 1) => &[Form::Emphasis('*')],
            ('*', 2) => &[Form::Strong],
            ('*', 3) => &[Form::Strong, Form::Emphasis('*')],
            ('_', 1) => &[Form::Emphasis('_')],
            ('~', 2) => &[Form::Strike],
            _ => return Some(length),
        };
        if forms.iter().all(|form| self.ends(*form, before, after)) {
            self.take_words();
            self.words = self.at + length;
            for _ in forms {
                self.end(forms);
            }
        } else if forms.iter().all(|form| self.begins(*form, before, after)) {
            self.take_words();
            self.words = self.at + length;
            let mut signs = &rest[..length];
            for form in forms {
                let (sign, others) = signs.split_at(form.length());
                signs = others;
                self.open.push(Open { form: Some(*form), sign, spans: Vec::new() });
            }
        }
        Some(length)
    }

    fn is_open(&self, form: Form) -> bool {
        self.open.iter().any(|open| open.form == Some(form))
    }

    /// Ends the innermost open one of these forms.
    fn end(&mut self, forms: &[Form]) {
        let is_one = |open: &Open| open.form.is_some_and(|form| forms.contains(&form));
        let Some(at) = self.open.iter().rposition(is_one) else { return };
        self.give_back(at + 1);
        let Some(Open { form: Some(form), spans, .. }) = self.open.pop() else { return };
        self.spans().push(match form {
            Form::Strong => Span::Strong(spans),
            Form::Emphasis(_) => Span::Emphasis(spans),
            Form::Strike => Span::Strike(spans),
        });
    }

    /// The forms from there on were none: their signs are words.
    fn give_back(&mut self, from: usize) {
        while self.open.len() > from {
            let Some(Open { sign, spans, .. }) = self.open.pop() else { return };
            push_text(self.spans(), sign);
            append(self.spans(), spans);
        }
    }

    fn begins(&self, form: Form, before: &str, after: &str) -> bool {
        let is_apart = !before.ends_with(is_word);
        !self.is_open(form)
            && match form {
                Form::Strong => is_apart && starts(after, |c| !c.is_whitespace()),
                // `네~~ 좋아요~~` is not struck out.
                Form::Strike => {
                    !before.ends_with(char::is_alphanumeric)
                        && starts(after, |c| !c.is_whitespace())
                }
                // Faces are made of these: `*^^*`, `*_*`, `-_-`, `>_<`.
                Form::Emphasis(_) => {
                    let begins_word = |c: char| c.is_alphanumeric() || "\"'“‘([「『@".contains(c);
                    is_apart && starts(after.trim_start_matches(SIGNS), begins_word)
                }
            }
    }

    fn ends(&self, form: Form, before: &str, after: &str) -> bool {
        self.is_open(form)
            && match form {
                Form::Strong | Form::Strike => !before.ends_with(char::is_whitespace),
                Form::Emphasis(sign) => {
                    let ends_word = |c: char| c.is_alphanumeric() || "\"'”’)]」』.!?…%".contains(c);
                    let goes_on = sign == '_' && starts(after, is_word);
                    before.trim_end_matches(SIGNS).ends_with(ends_word) && !goes_on
                }
            }
    }

    /// `[label](address)`
    fn labelled(&mut self, rest: &str) -> Option<usize> {
        let is_end = |(_, c): &(usize, char)| matches!(c, '\n' | ']');
        let (end, _) = rest.char_indices().take(LABEL).find(is_end)?;
        let label = rest[1..end].trim();
        let behind = rest[end..].strip_prefix("](")?;
        let mut depth = 1;
        let close = behind.find(|c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0 || c.is_whitespace()
        })?;
        let address = &behind[..close];
        // A label that is an address itself leads elsewhere than it says, or is needless.
        let is_label = !label.is_empty() && link::leading(label).is_none();
        if !behind[close..].starts_with(')') || !is_label {
            return None;
        }
        let link = link::safe(address)?;
        let label = walk(label, &[], false);
        let length = end + "](".len() + address.len() + ")".len();
        self.push(Span::Link { url: link.url, label }, length)
    }

    fn address(&mut self, rest: &str) -> Option<usize> {
        let (written, link) = link::leading(rest)?;
        let shown = if link.is_deceptive { &*link.url } else { written };
        let label = vec![Span::Text(shown.to_owned())];
        self.push(Span::Link { url: link.url, label }, written.len())
    }

    /// The longest name that stands there and ends there.
    fn mention(&mut self, rest: &str) -> Option<usize> {
        let rest = &rest[1..];
        let written = |name: &Name<'_>| {
            let length = same_start(rest, name.name)?;
            ends_name(&rest[..length], &rest[length..]).then_some((length, name.user))
        };
        let (length, user) =
            self.names.iter().filter_map(written).max_by_key(|(length, _)| *length)?;
        self.push(Span::Mention { user, name: rest[..length].to_owned() }, 1 + length)
    }
}

impl Form {
    fn length(self) -> usize {
        match self {
            Form::Strong | Form::Strike => 2,
            Form::Emphasis(_) => 1,
        }
    }
}

fn run(text: &str, sign: char) -> usize {
    text.len() - text.trim_start_matches(sign).len()
}

/// Scripts without spaces between words go on where a form ends; these do not.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn starts(text: &str, with: impl Fn(char) -> bool) -> bool {
    text.starts_with(with)
}

/// How many bytes of the text are this name, in whatever case.
fn same_start(text: &str, name: &str) -> Option<usize> {
    let mut rest = text.chars();
    for wanted in name.chars() {
        let found = rest.next()?;
        if found != wanted && !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// Whether a name ends where it is followed by this: `@Ana` is not in `@Anabel`, `@민수` not in
/// `@민수영`, but in `@민수님이`.
fn ends_name(name: &str, rest: &str) -> bool {
    match rest.chars().next() {
        Some(next) if korean::is_hangul(next) => korean::follows_name(korean::leading(rest)),
        Some(next) => !next.is_alphanumeric() || !name.ends_with(char::is_alphanumeric),
        None => true,
    }
}
