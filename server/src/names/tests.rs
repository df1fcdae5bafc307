#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

fn key(text: &str) -> String {
    parse_room(text).unwrap().0.0
}

#[test]
fn a_name_of_any_script_is_kept() {
    for text in
        ["민수", "Ana", "José", "أحمد", "ไก่", "हिन्दी", "Nguyễn", "李小龍", "Ὀδυσσεύς", "O'Neil-2"]
    {
        assert_eq!(name(text).as_str(), text);
    }
}

#[test]
fn a_name_is_composed_and_its_spaces_are_collapsed() {
    assert_eq!(name(" \t민수\u{3000} \u{a0}김\n").as_str(), "민수 김");
    assert_eq!(name("\u{1106}\u{1175}\u{11ab}\u{1109}\u{116e}").as_str(), "민수");
    assert_eq!(name("Jose\u{301}").as_str(), "José");
}

#[test]
fn a_name_of_nothing_is_empty() {
    for text in ["", "  ", "\t\u{3000}\n"] {
        assert_eq!(Username::parse(text), Err(Refusal::NameEmpty), "{text:?}");
    }
}

#[test]
fn what_does_not_show_or_keep_its_place_is_refused() {
    let texts = [
        "a\u{0}b",
        "a\u{7f}",
        "a\u{200b}b",
        "a\u{200d}b",
        "1\u{200d}2",
        "\u{feff}a",
        "a\u{202e}b",
        "a\u{2066}b",
        "\u{200f}a",
        "a\u{ad}b",
        "\u{3164}",
        "a\u{115f}",
        "a\u{ffa0}",
        "\u{2800}",
        "a\u{fe0f}",
        "가\u{fe00}",
        "\u{301}a",
        "a \u{301}",
        "a\u{378}",
        "a\u{fffe}",
        "\u{e000}",
        "a\u{e0041}",
        "👩\u{200d}",
        "\u{200d}👩",
        "👩\u{200d}a",
        "👩\u{200d}\u{200d}👩",
        "a\u{316}\u{317}\u{318}\u{319}\u{31c}",
        "\u{fe0f}",
    ];
    for text in texts {
        assert_eq!(Username::parse(text), Err(Refusal::NameInvisible), "{text:?}");
        assert_eq!(parse_room(text), Err(Refusal::BadRoom), "{text:?}");
    }
}

#[test]
fn emoji_are_names_too() {
    for text in ["👩‍👩‍👧", "❤️", "👩🏽‍❤️‍💋‍👨🏼", "🏳️‍🌈", "🇰🇷", "1️⃣", "민수 🦊"]
    {
        assert_eq!(name(text).as_str(), text);
    }
}

#[test]
fn a_name_has_at_most_32_graphemes() {
    let too_long = Err(Refusal::NameTooLong { limit: 32 });
    assert_eq!(Username::parse(&"가".repeat(33)), too_long);
    assert_eq!(name(&"👩‍👩‍👧".repeat(32)).as_str().graphemes(true).count(), 32);
    // One grapheme cluster, by the letter.
    assert_eq!(Username::parse("👩‍👩‍👧‍".repeat(100).trim_end_matches('\u{200d}')), too_long);
}

#[test]
fn names_that_look_the_same_collide() {
    let pairs = [
        ("Ana", "ana"),
        ("Ana", "Аnа"),
        ("민수", "민수"),
        ("ﾐﾅ", "ミナ"),
        ("Ａｎａ", "Ana"),
        ("straße", "STRASSE"),
        ("paypal", "раураl"),
    ];
    for (one, other) in pairs {
        assert_eq!(name(one).skeleton(), name(other).skeleton(), "{one} {other}");
    }
    for (one, other) in [("Ana", "Anna"), ("민수", "민주"), ("Ana", "Ana 2"), ("👩‍👩‍👧", "👩‍👩‍👦")]
    {
        assert_ne!(name(one).skeleton(), name(other).skeleton(), "{one} {other}");
    }
}

#[test]
fn the_rooms_own_names_are_reserved_with_their_look_alikes() {
    let texts = [
        "admin",
        "aDmIn",
        "ADMIN",
        "Admin",
        "аdmin",
        "ＡＤＭＩＮ",
        "ADMlN",
        "Αdmin",
        "[admin]",
        "ad min",
        "system",
        "Ѕystem",
        "관리자",
        "관리 자",
        "관\u{1105}\u{1175}자",
        "시스템",
        "*시스템*",
        "ⓐdmin",
    ];
    for text in texts {
        assert_eq!(Username::parse(text), Err(Refusal::NameReserved), "{text:?}");
    }
    for text in ["administrator", "Admira", "systematic", "관리", "시스"] {
        name(text);
    }
}

#[test]
fn a_taken_name_is_suggested_with_the_next_free_number() {
    let free = |taken: &[&str], wanted: &str| {
        let taken: HashSet<_> = taken.iter().map(|text| name(text).skeleton()).collect();
        suggest(&name(wanted), |skeleton| taken.contains(skeleton))
    };
    assert_eq!(free(&["민수"], "민수"), "민수 2");
    assert_eq!(free(&["민수", "민수 2"], "민수"), "민수 3");
    assert_eq!(free(&["민수 2"], "민수 2"), "민수 3");
    assert_eq!(free(&["Agent 47"], "agent 47"), "agent 48");
    assert_eq!(free(&["2"], "2"), "2 2");
    assert_eq!(free(&["a 4294967295"], "a 4294967295"), "a 4294967295 2");
    let long = "가".repeat(32);
    assert_eq!(free(&[&long], &long), "가".repeat(30) + " 2");
}

#[test]
fn an_iota_below_stands_behind_all_accents_before_case_is_folded() {
    let skeletons = ["Ω\u{301}\u{301}\u{345}", "ω\u{301}\u{301}\u{345}", "ῴ\u{301}"]
        .map(|text| Username::parse(text).unwrap().skeleton());
    assert!(skeletons.iter().all(|skeleton| *skeleton == skeletons[0]), "{skeletons:?}");
    assert_eq!(key("Ω\u{301}\u{301}\u{345}"), key("ῴ\u{301}"));
}

#[test]
fn a_room_has_a_key_for_its_address_and_a_title_for_people() {
    assert_eq!(
        parse_room("  Team  Lunch ").unwrap(),
        (RoomKey("team-lunch".into()), "Team Lunch".into())
    );
    assert_eq!(parse_room("사랑방").unwrap(), (RoomKey("사랑방".into()), "사랑방".into()));
    assert_eq!(key("Straße"), "strasse");
    assert_eq!(key("CAFE\u{301}"), "café");
    assert_eq!(key("..."), "...");
    assert_eq!(key(&"가".repeat(64)).chars().count(), 64);
}

#[test]
fn a_room_that_cannot_be_an_address_is_refused() {
    for text in ["", " ", ".", "..", "a/b", "/", &"가".repeat(65), &"ß".repeat(33)] {
        assert_eq!(parse_room(text), Err(Refusal::BadRoom), "{text:?}");
    }
}

/// Characters that are likely to be trouble.
fn trouble() -> impl Strategy<Value = char> {
    prop::sample::select(vec![
        ' ', '-', '.', '/', '\t', '\u{a0}', '\u{3000}', '\u{301}', '\u{345}', '\u{3099}',
        '\u{200d}', '\u{fe0f}', '\u{202e}', '\u{1160}', '\u{1112}', '\u{11ab}', 'ß', 'İ', 'ı', 'ΐ',
        'ᾳ', 'ŉ', 'ﬃ', 'Σ', 'ς', 'Ꭰ', 'ꭰ', '👩', '❤', '🏽', '1', 'I', 'l', '가', '각', 'ﾡ', '２',
        'Ⓐ', '\u{1e9e}', '\u{3f4}', '\u{2126}', '\u{f43}',
    ])
}

fn text_of(character: impl Strategy<Value = char>) -> impl Strategy<Value = String> {
    prop::collection::vec(character, 0..12).prop_map(|characters| characters.into_iter().collect())
}

fn texts() -> impl Strategy<Value = String> {
    text_of(prop_oneof![3 => trouble(), 1 => any::<char>()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn parsing_a_name_twice_changes_nothing(text in texts()) {
        if let Ok(once) = Username::parse(&text) {
            prop_assert_eq!(Username::parse(once.as_str()), Ok(once.clone()));
        }
    }

    #[test]
    fn parsing_a_room_twice_changes_nothing(text in texts()) {
        if let Ok((key, title)) = parse_room(&text) {
            prop_assert_eq!(parse_room(key.as_str()).map(|(again, _)| again), Ok(key.clone()));
            prop_assert_eq!(parse_room(&title), Ok((key, title)));
        }
    }

    #[test]
    fn casing_and_width_never_tell_two_names_apart(text in text_of(trouble())) {
        if let Ok(name) = Username::parse(&text) {
            let text = name.as_str();
            // Only decomposed text keeps its accents on their letter in another case.
            let apart: String = text.nfd().collect();
            let spelt = [apart.to_uppercase(), apart.to_lowercase(), text.nfkc().collect(), apart];
            for other in spelt.iter().filter_map(|text| Username::parse(text).ok()) {
                // `İ` and `ı` change their letter with their case, outside of Turkish.
                if !text.contains(['İ', 'ı']) {
                    prop_assert_eq!(name.skeleton(), other.skeleton(), "{:?} {:?}", name, other);
                }
            }
        }
    }

    #[test]
    fn no_accepted_name_holds_what_is_forbidden(text in texts()) {
        use unicode_properties::{GeneralCategory as Is, UnicodeGeneralCategory};
        let names = [Username::parse(&text).ok().map(Username::into_string), parse_room(&text).ok().map(|(key, _)| key.0)];
        for accepted in names.into_iter().flatten() {
            for c in accepted.chars().filter(|&c| c != '\u{200d}') {
                let category = c.general_category();
                prop_assert!(!matches!(category, Is::Control | Is::Format | Is::Unassigned | Is::PrivateUse), "{c:?}");
                prop_assert!(!c.is_whitespace() || c == ' ', "{c:?}");
            }
            prop_assert!(accepted.nfc().eq(accepted.chars()));
            let blank = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{2800}'];
            prop_assert!(!accepted.contains(blank));
        }
    }

    #[test]
    fn a_suggestion_is_a_free_name(text in texts(), taken in 0u32..5) {
        if let Ok(wanted) = Username::parse(&text) {
            let asked = std::cell::Cell::new(0);
            let suggestion = suggest(&wanted, |_| { asked.set(asked.get() + 1); asked.get() <= taken });
            let name = Username::parse(&suggestion);
            prop_assert_eq!(name.map(Username::into_string), Ok(suggestion));
        }
    }
}
