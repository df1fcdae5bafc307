//! Which language someone reads: from a tag, a cookie or `Accept-Language`.

use super::{Phrases, en, ko};
use serde::{Deserialize, Serialize};

/// The languages people can read this in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    #[default]
    Ko,
    En,
}

impl Locale {
    pub const ALL: [Locale; 2] = [Locale::Ko, Locale::En];

    /// For `<html lang>`, the cookie and `--locale`.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::Ko => "ko",
            Locale::En => "en",
        }
    }

    pub fn phrases(self) -> &'static Phrases {
        match self {
            Locale::Ko => &ko::KO,
            Locale::En => &en::EN,
        }
    }

    /// Reads a language tag by its first part: `ko`, `ko-KR`, `EN`.
    pub fn from_tag(tag: &str) -> Option<Locale> {
        let language = tag.split(['-', '_']).next().unwrap_or(tag);
        Locale::ALL.into_iter().find(|locale| language.eq_ignore_ascii_case(locale.tag()))
    }

    /// The best language for an `Accept-Language` header (RFC 9110, 12.5.4), or `None` when
    /// it asks for neither. Of equals the one named first wins; `*` speaks for whichever is
    /// not named, and decides nothing when both are not.
    pub fn negotiate(accept_language: &str) -> Option<Locale> {
        let mut wishes: Vec<(Locale, u16)> = Vec::new();
        let mut others = None;
        for range in accept_language.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let Some(quality) = quality(parameters) else {
                continue;
            };
            match (tag.trim(), Locale::from_tag(tag.trim())) {
                ("*", _) => others = Some(quality),
                (_, Some(locale)) => wishes.push((locale, quality)),
                _ => {}
            }
        }
        if let (Some(quality), false) = (others, wishes.is_empty()) {
            let unnamed = Locale::ALL
                .into_iter()
                .filter(|locale| wishes.iter().all(|(named, _)| named != locale));
            wishes.extend(unnamed.map(|locale| (locale, quality)).collect::<Vec<_>>());
        }
        let best = wishes.iter().map(|(_, quality)| *quality).max()?;
        wishes
            .into_iter()
            .find(|(_, quality)| *quality == best && best > 0)
            .map(|(locale, _)| locale)
    }
}

/// A quality value in thousandths: 1000 when none is given, `None` when it is unreadable.
fn quality(parameters: &str) -> Option<u16> {
    let Some((name, value)) = parameters.split_once('=') else {
        return parameters.trim().is_empty().then_some(1000);
    };
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let fraction = match fraction.len() {
        0 => 0,
        digits @ 1..=3 => fraction.parse::<u16>().ok()? * [100, 10, 1][digits - 1],
        _ => return None,
    };
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_the_language_they_prefer() {
        use Locale::{En, Ko};
        for (header, locale) in [
            ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Some(Ko)),
            ("en-GB,en;q=0.9,ko;q=0.8", Some(En)),
            ("fr-FR, EN ; q=0.3 , ko;q=0.25", Some(En)),
            ("en, ko", Some(En)),
            ("en;q=0.5, ko;q=0.500", Some(En)),
            ("en;q=0, *", Some(Ko)),
            ("en;q=0.2, *;q=0.9", Some(Ko)),
            ("en;q=high, ko;q=0.001", Some(Ko)),
            ("ko;q=0", None),
            ("fr, de;q=0.5, *;q=0.1", None),
            ("kok, eng", None),
            ("", None),
        ] {
            assert_eq!(Locale::negotiate(header), locale, "{header:?}");
        }
    }

    #[test]
    fn a_tag_leads_back_to_its_language() {
        for locale in Locale::ALL {
            assert_eq!(Locale::from_tag(locale.tag()), Some(locale));
            assert_eq!(serde_json::to_value(locale).ok(), Some(locale.tag().into()));
        }
        assert_eq!(Locale::from_tag("en_US"), Some(Locale::En));
        assert_eq!(Locale::from_tag("xx"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_header_brings_the_negotiation_down(header in "([a-z*가]{0,4}[-;=,. q0-9]{0,4}){0,8}|.{0,40}") {
            Locale::negotiate(&header);
        }
    }
}
