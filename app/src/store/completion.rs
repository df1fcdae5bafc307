//! Names that are completed behind an `@`: by how they begin, or by their initial consonants
//! (ㅁㅅ → 민수), which is quicker to write and needs no finished syllable.

use super::input::is_hangul;

/// Names that are offered at once.
const OFFERED: usize = 8;

/// Characters behind an `@` that may still become a name.
const LENGTH: usize = 32;

/// Someone is being named in a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the `@` stands, and the caret, in bytes.
    pub from: usize,
    pub to: usize,
    pub names: Vec<String>,
    /// Which of them Enter takes.
    pub chosen: usize,
}

impl Completion {
    /// What can be completed before the caret; `None` if no name fits. `caret` counts UTF-16
    /// units, as browsers do.
    /// `fold` takes the difference of upper and lower case away: the browser can do that already,
    /// and tables for it would be a tenth of the page's program.
    pub fn at(
        text: &str,
        caret: usize,
        names: Vec<String>,
        fold: &dyn Fn(&str) -> String,
    ) -> Option<Self> {
        let to = byte_of(text, caret);
        let before = &text[..to];
        let from = before.rfind('@')?;
        let begun = &before[from + 1..];
        let follows_word =
            before[..from].ends_with(|c: char| c.is_ascii_alphanumeric() || is_hangul(c));
        if follows_word || begun.contains('\n') || begun.chars().count() > LENGTH {
            return None;
        }
        let folded = fold(begun);
        let mut fitting = Vec::new();
        for name in names {
            if fitting.len() == OFFERED {
                break;
            }
            if fits(&folded, &fold(&name)) && !fitting.contains(&name) {
                fitting.push(name);
            }
        }
        let is_whole = matches!(&*fitting, [name] if name == begun);
        (!fitting.is_empty() && !is_whole).then_some(Completion {
            from,
            to,
            names: fitting,
            chosen: 0,
        })
    }

    /// The choice goes down, or up, and round at the end.
    pub fn step(&mut self, down: bool) {
        let count = self.names.len();
        self.chosen = (self.chosen + if down { 1 } else { count - 1 }) % count;
    }

    /// The text with that name in it, and where the caret goes, in UTF-16 units. `None` if it is
    /// another text by now.
    pub fn complete(&self, text: &str, name: &str) -> Option<(String, usize)> {
        let (before, rest) = (text.get(..self.from)?, text.get(self.to..)?);
        if !text[self.from..].starts_with('@') {
            return None;
        }
        let before = [before, "@", name, " "].concat();
        let caret = before.encode_utf16().count();
        Some((before + rest.trim_start_matches(' '), caret))
    }
}

fn byte_of(text: &str, units: usize) -> usize {
    let mut left = units;
    for (at, c) in text.char_indices() {
        if left < c.len_utf16() {
            return at;
        }
        left -= c.len_utf16();
    }
    text.len()
}

fn fits(begun: &str, name: &str) -> bool {
    let mut name = name.chars();
    begun.chars().all(|written| name.next().is_some_and(|c| written == c || begins(written, c)))
}

/// Whether a syllable may become another: `ㅁ` and `미` become `민`.
fn begins(written: char, syllable: char) -> bool {
    /// The consonants that a syllable can begin with, in the order of their code points.
    const INITIALS: [char; 19] = [
        'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ',
        'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
    ];
    // Unicode, section 3.12: an initial has 588 syllables, a vowel with it 28.
    let index = |c: char| u32::from(c).checked_sub(0xac00).filter(|at| *at < 11_172);
    let Some(whole) = index(syllable) else { return false };
    match index(written) {
        Some(open) => open.is_multiple_of(28) && open / 28 == whole / 28,
        None => INITIALS[(whole / 588) as usize] == written,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn offered(text: &str) -> Vec<String> {
        let names = ["민수", "민서", "미나", "Ana", "Ana Kim", "김민수"].map(String::from);
        let caret = text.encode_utf16().count();
        Completion::at(text, caret, names.to_vec(), &str::to_lowercase)
            .map_or_else(Vec::new, |it| it.names)
    }

    #[test]
    fn names_are_found_by_how_they_begin() {
        assert_eq!(offered("@").len(), 6);
        assert_eq!(offered("@민"), ["민수", "민서"]);
        assert_eq!(offered("@미"), ["민수", "민서", "미나"]);
        assert_eq!(offered("안녕 @a"), ["Ana", "Ana Kim"]);
        assert_eq!(offered("@ana k"), ["Ana Kim"]);
    }

    #[test]
    fn names_are_found_by_their_initial_consonants() {
        assert_eq!(offered("@ㅁㅅ"), ["민수", "민서"]);
        assert_eq!(offered("@ㅁㄴ"), ["미나"]);
        assert_eq!(offered("@민ㅅ"), ["민수", "민서"]);
        assert_eq!(offered("@ㄱㅁㅅ"), ["김민수"]);
    }

    #[test]
    fn nothing_is_offered_where_nobody_is_named() {
        for text in ["", "민", "me@a", "@모르는", "@민수 안녕", "@민\n", "@김민수"] {
            assert_eq!(offered(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_name_takes_the_place_of_what_was_written() {
        let text = "🍊 @ㅁㅅ 안녕";
        let caret = "🍊 @ㅁㅅ".encode_utf16().count();
        let completion =
            Completion::at(text, caret, vec!["민수".into()], &str::to_lowercase).unwrap();
        let (text, caret) = completion.complete(text, "민수").unwrap();
        assert_eq!(text, "🍊 @민수 안녕");
        assert_eq!(caret, "🍊 @민수 ".encode_utf16().count());
        for another in ["짧다", "", "아주 다른 말이 거기 서 있다"] {
            assert_eq!(completion.complete(another, "민수"), None);
        }
    }

    #[test]
    fn the_choice_goes_round() {
        let names = ["가", "나", "다"].map(String::from);
        let mut completion = Completion::at("@", 1, names.to_vec(), &str::to_lowercase).unwrap();
        completion.step(false);
        assert_eq!(completion.chosen, 2);
        completion.step(true);
        completion.step(true);
        assert_eq!(completion.chosen, 1);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_chosen_takes_the_place_of_what_was_written_and_of_nothing_else(
            text in "[@a민ㅁㅅ🍊 \n]{0,12}",
            caret in 0_usize..16,
            steps in proptest::collection::vec(proptest::bool::ANY, 0..12),
        ) {
            let names = ["민수", "민서", "a", "a🍊", "ㅁ", "민수"].map(String::from).to_vec();
            let Some(mut completion) = Completion::at(&text, caret, names, &str::to_lowercase) else {
                return Ok(());
            };
            steps.into_iter().for_each(|down| completion.step(down));
            let (from, to) = (completion.from, completion.to);
            let name = completion.names[completion.chosen].clone();
            let (whole, caret) = completion.complete(&text, &name).unwrap();
            let before = [&text[..from], "@", &name, " "].concat();
            proptest::prop_assert_eq!(&whole, &[&before, text[to..].trim_start_matches(' ')].concat());
            proptest::prop_assert_eq!(caret, before.encode_utf16().count());
            let mut offered = completion.names.clone();
            offered.sort();
            offered.dedup();
            proptest::prop_assert_eq!(offered.len(), completion.names.len());
        }
    }
}
