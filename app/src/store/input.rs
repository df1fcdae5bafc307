//! Keys and input methods: when a press of Enter sends, and when it only ends a word.
//!
//! While Hangul, kana or pinyin is being composed, keys belong to the input method. Browsers
//! disagree on the order in which they tell of it: most report the key (as code 229) and then
//! the end of the composition, Safari the other way round, and some report the same press once
//! more as a plain Enter. For Hangul people expect that one press both finishes the syllable
//! and sends; for kana and pinyin the press only commits.
//!
//! One [`Input`] serves one field, the composer or any other. Feed it the events and do what it
//! says; see `Input Events` and `UI Events` (W3C) for what browsers promise.

#[cfg(test)]
mod tests;

/// Reports this close together are of one press, in milliseconds.
const SAME_PRESS: f64 = 100.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// By `key`, or by `code` where the input method hides it (`key` is `Process`).
    Enter,
    Escape,
    ArrowUp,
    Other,
}

/// A `keydown`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Press {
    pub key: Key,
    /// `keyCode` is 229: the input method takes it.
    pub code_229: bool,
    /// `isComposing`.
    pub is_composing: bool,
    pub shift: bool,
    /// Ctrl, or ⌘.
    pub command: bool,
    /// The key is held down.
    pub repeat: bool,
    /// The main pointer is a finger: Enter breaks the line and a button sends.
    pub coarse_pointer: bool,
    /// Nothing is written in the field.
    pub empty: bool,
    /// The event's time, in milliseconds.
    pub at: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    Press(Press),
    CompositionStart,
    /// `text` is what was committed.
    CompositionEnd {
        text: &'a str,
        at: f64,
    },
    /// The task that [`Action::ArmTimer`] asked for.
    Timer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Leave it to the browser and the input method.
    Nothing,
    /// Prevent the default, read the text from the field itself, and send it.
    Send,
    /// Let the browser break the line.
    BreakLine,
    /// Report [`Event::Timer`] one task later: only then does the field hold the text.
    ArmTimer,
    /// The same press once more: prevent the default and do nothing.
    Swallow,
    /// Prevent the default and edit one's last message.
    EditLast,
    /// Close what is open: popup, reply or edit, unread mark.
    Close,
}

#[derive(Clone, Debug, Default)]
pub struct Input {
    composing: bool,
    /// An Enter fell into a composition and waits for its end.
    armed: bool,
    /// The timer is to send.
    due: bool,
    /// When Enter was last pressed in a composition: what follows at once is the same press.
    /// Presses outside of one are told apart by `repeat` alone.
    entered_at: Option<f64>,
    /// When a composition last ended, if its text ends in Hangul.
    hangul_at: Option<f64>,
}

impl Input {
    pub fn on(&mut self, event: Event) -> Action {
        match event {
            Event::Press(press) if self.is_taken(&press) => self.press_in_composition(&press),
            Event::Press(press) => self.press(&press),
            Event::CompositionStart => {
                // Whoever goes on typing did not mean to send yet.
                self.composing = true;
                self.armed = false;
                self.due = false;
                Action::Nothing
            }
            Event::CompositionEnd { text, at } => {
                self.composing = false;
                let is_hangul = text.chars().next_back().is_some_and(is_hangul);
                self.hangul_at = is_hangul.then_some(at);
                self.due = std::mem::take(&mut self.armed) && is_hangul;
                if self.due { Action::ArmTimer } else { Action::Nothing }
            }
            Event::Timer if std::mem::take(&mut self.due) => Action::Send,
            Event::Timer => Action::Nothing,
        }
    }

    /// While this holds nothing may rewrite the field, and no popup may take the keys.
    pub fn is_composing(&self) -> bool {
        self.composing
    }

    /// Whether the input method takes this press. Ask it first wherever keys mean anything.
    pub fn is_taken(&self, press: &Press) -> bool {
        self.composing || press.is_composing || press.code_229
    }

    fn press_in_composition(&mut self, press: &Press) -> Action {
        let sends = sends(press);
        if !sends || !self.is_new(press) {
            // Another key goes on with the composition. The same Enter once more does not.
            self.armed = self.armed && sends;
            return Action::Nothing;
        }
        self.entered_at = Some(press.at);
        let has_just_ended = !self.composing
            && !press.is_composing
            && self.hangul_at.is_some_and(|ended| is_close(ended, press.at));
        if has_just_ended {
            // Safari: the composition ended first.
            self.due = true;
            return Action::ArmTimer;
        }
        self.armed = true;
        Action::Nothing
    }

    fn press(&mut self, press: &Press) -> Action {
        match press.key {
            Key::Enter if !sends(press) => Action::BreakLine,
            Key::Enter if !self.is_new(press) => Action::Swallow,
            Key::Enter => {
                self.due = false;
                Action::Send
            }
            Key::ArrowUp if press.empty && !press.shift && !press.command => Action::EditLast,
            Key::Escape => Action::Close,
            Key::ArrowUp | Key::Other => Action::Nothing,
        }
    }

    fn is_new(&self, press: &Press) -> bool {
        !press.repeat && self.entered_at.is_none_or(|last| !is_close(last, press.at))
    }
}

fn sends(press: &Press) -> bool {
    press.key == Key::Enter && (press.command || !press.shift && !press.coarse_pointer)
}

fn is_close(earlier: f64, later: f64) -> bool {
    (later - earlier).abs() <= SAME_PRESS
}

/// Syllables and jamo of every block (Unicode, "Hangul").
pub(super) fn is_hangul(c: char) -> bool {
    matches!(c,
        '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}'
        | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}' | '\u{ffa0}'..='\u{ffdc}')
}
