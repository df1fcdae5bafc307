//! Korean particles, which are written onto the word before them: `@민수님이`,
//! `https://example.org를`.

const PARTICLES: [&str; 44] = [
    "",
    "이",
    "가",
    "은",
    "는",
    "을",
    "를",
    "의",
    "에",
    "도",
    "만",
    "와",
    "과",
    "랑",
    "이랑",
    "하고",
    "로",
    "으로",
    "에서",
    "에게",
    "한테",
    "께",
    "께서",
    "께서는",
    "부터",
    "까지",
    "보다",
    "처럼",
    "에는",
    "에도",
    "에서는",
    "에게는",
    "한테는",
    "이나",
    "나",
    "야",
    "아",
    "이야",
    "예요",
    "이에요",
    "입니다",
    "이고",
    "인데",
    "라고",
];

/// What a person's name may be followed by, before a particle.
const TITLES: [&str; 3] = ["", "님", "씨"];

pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}')
}

/// Whether it is a particle, or nothing.
pub fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// Whether it is what may be written onto a name: a title, a particle, both, or nothing.
pub fn follows_name(word: &str) -> bool {
    TITLES.iter().any(|title| word.strip_prefix(title).is_some_and(is_particle))
}

/// The Hangul that a text begins with.
pub fn leading(text: &str) -> &str {
    let end = text.find(|c| !is_hangul(c)).unwrap_or(text.len());
    &text[..end]
}
