#![allow(clippy::unwrap_used)]
use super::*;
use app::protocol::span;
use proptest::prelude::*;

/// Spans as a string: forms are named where they are, words stand for themselves.
fn shown(spans: &[Span]) -> String {
    let show = |span: &Span| match span {
        Span::Text(text) => text.clone(),
        Span::Strong(inner) => format!("<strong {}>", shown(inner)),
        Span::Emphasis(inner) => format!("<em {}>", shown(inner)),
        Span::Strike(inner) => format!("<strike {}>", shown(inner)),
        Span::Code(code) => format!("<code {code}>"),
        Span::CodeBlock(code) => format!("<block {code}>"),
        Span::Quote(inner) => format!("<quote {}>", shown(inner)),
        Span::List { start, items } => {
            let start = start.map_or("•".to_owned(), |start| start.to_string());
            let items: Vec<_> = items.iter().map(|item| shown(item)).collect();
            format!("<list {start} {}>", items.join(" | "))
        }
        Span::Link { url, label } => format!("<{url} {}>", shown(label)),
        Span::Mention { user, name } => {
            format!("<@{} {name}>", user.map_or("all".to_owned(), |user| user.to_string()))
        }
    };
    spans.iter().map(show).collect()
}

fn formatted(text: &str) -> String {
    let names = [
        Name { user: Some(UserId(1)), name: "민수" },
        Name { user: Some(UserId(2)), name: "Ana" },
        Name { user: Some(UserId(3)), name: "Ana Kim" },
        Name { user: None, name: "모두" },
    ];
    match &*parse(text, &names) {
        [] => text.to_owned(),
        spans => shown(spans),
    }
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(formatted(text), *expected, "{text}");
    }
}

/// Shown as they were written.
#[track_caller]
fn check_plain(texts: &[&str]) {
    for text in texts {
        assert_eq!(parse(text, &[]), [], "{text}");
    }
}

#[test]
fn words_have_forms() {
    check(&[
        ("**굵게**", "<strong 굵게>"),
        ("*기울여* _기울여_", "<em 기울여> <em 기울여>"),
        ("~~지움~~ 안 지움", "<strike 지움> 안 지움"),
        ("`a*b*c` 그리고 ``a`b``", "<code a*b*c> 그리고 <code a`b>"),
        ("***둘 다***", "<strong <em 둘 다>>"),
        ("**굵게 *기울여* 굵게**", "<strong 굵게 <em 기울여> 굵게>"),
        ("*_a_* **_a_**", "<em <em a>> <strong <em a>>"),
        ("**두\n줄**", "<strong 두\n줄>"),
    ]);
}

#[test]
fn particles_follow_a_form_without_a_space() {
    check(&[
        ("**중요!**합니다", "<strong 중요!>합니다"),
        (
            "**\"강조\"**는 *강조*를 _강조_가 `코드`의",
            "<strong \"강조\">는 <em 강조>를 <em 강조>가 <code 코드>의",
        ),
        ("이건**정말**이야", "이건<strong 정말>이야"),
    ]);
}

#[test]
fn what_is_no_clear_wish_for_a_form_stays_as_it_was_written() {
    check_plain(&[
        "2 * 3 * 4 = 24",
        "2*3*4",
        "2**3**4",
        "a * b",
        "snake_case_name",
        "__init__",
        "**",
        "****",
        "** a **",
        "*^^*",
        "*_*",
        "-_-; -_-",
        ">_<",
        "(ㅠ_ㅠ)",
        "T_T",
        "^_^ ^_^",
        "네~~ 알겠습니다~~",
        "안녕~~반가워~~",
        "~",
        "~~~~",
        "``",
        "`",
        "` `",
        "[x] 할 일",
        "[a](b",
        "[a]()",
        "a < b > c",
        "# 제목 아님",
        "#1",
        "제목\n===",
        "---",
        "***",
        "<b>굵게</b>",
        "&amp; &lt;",
        "    네 칸",
        "| a | b |",
        "[a]: https://",
        "¯\\_(ツ)_/¯",
        "C:\\Users",
        "\\10,000",
        "user@example",
        "-",
        "- ",
        "1.",
        "1. ",
        "2026. 11. 27. 금요일",
        "11. 27. 금요일",
        "2026. 새해",
        "-1도",
        ">",
        "> ",
        ">>>",
        "->",
        "```\n끝이 없음",
        "```끝이 없음",
        "```\n```",
        "**끝이 *없음",
        "!",
        "@",
        "@없는사람",
        "www.",
        "https://",
        "http://[",
    ]);
    check(&[
        ("*끝이 **있음**", "*끝이 <strong 있음>"),
        ("**끝이 *있음**", "<strong 끝이 *있음>"),
        ("~~a **b~~ c**", "<strike a **b> c**"),
    ]);
}

#[test]
fn a_backslash_shows_the_sign_itself() {
    check(&[
        ("\\*별\\*", "*별*"),
        ("\\**a*", "*<em a>"),
        ("\\`a` \\[a](https://a.kr) \\~~a~~", "`a` [a](<https://a.kr/ https://a.kr>) ~~a~~"),
        ("\\_a_", "\\_a_"),
    ]);
}

#[test]
fn lines_have_forms() {
    check(&[
        ("> 인용\n> **둘**\n답", "<quote 인용\n<strong 둘>>답"),
        ("앞\n\n> 인용\n\n뒤", "앞<quote 인용>뒤"),
        ("> 하나\n>\n> 둘", "<quote 하나\n\n둘>"),
        ("> > 깊이", "<quote <quote 깊이>>"),
        ("- 하나\n- **둘**", "<list • 하나 | <strong 둘>>"),
        ("* 하나\n* 둘", "<list • 하나 | 둘>"),
        ("1. 하나\n2. 둘\n4. 넷", "<list 1 하나 | 둘><list 4 넷>"),
        (
            "살 것:\n- 귤\n  - 노지\n  - 하우스\n- 배",
            "살 것:<list • 귤<list • 노지 | 하우스> | 배>",
        ),
        ("- 첫 줄\n  둘째 줄", "<list • 첫 줄\n둘째 줄>"),
        ("```rust\nlet a = \"*\";\n\n  b\n```", "<block let a = \"*\";\n\n  b>"),
        ("앞\n```\n- a\n```\n뒤", "앞<block - a>뒤"),
        ("```둘```", "<code 둘>"),
        ("> 인용\n```\ncode\n```", "<quote 인용><block code>"),
    ]);
}

#[test]
fn depth_is_bounded() {
    let deep = "> ".repeat(40) + "끝";
    let quotes = formatted(&deep).matches("<quote").count();
    assert_eq!(quotes, DEPTH);
    assert!(shown(&parse(&deep, &[])).ends_with(&("> ".repeat(34) + "끝" + &">".repeat(6))));
    assert_eq!(parse(&"`a` ".repeat(400), &[]), []);
}

#[test]
fn addresses_are_links() {
    check(&[
        ("https://a.kr/b?c=d#e", "<https://a.kr/b?c=d#e https://a.kr/b?c=d#e>"),
        ("(https://a.kr/b), 봐.", "(<https://a.kr/b https://a.kr/b>), 봐."),
        ("https://a.kr/b_(c)", "<https://a.kr/b_(c) https://a.kr/b_(c)>"),
        ("https://a.kr/_b_/*c*", "<https://a.kr/_b_/*c https://a.kr/_b_/*c>*"),
        ("www.a.kr에 있어", "<https://www.a.kr/ www.a.kr>에 있어"),
        ("https://a.kr를 봐", "<https://a.kr/ https://a.kr>를 봐"),
        ("https://a.kr/에서", "<https://a.kr/ https://a.kr/>에서"),
        ("https://a.kr/docs를", "<https://a.kr/docs https://a.kr/docs>를"),
        ("https://a.kr/wiki/서울", "<https://a.kr/wiki/%EC%84%9C%EC%9A%B8 https://a.kr/wiki/서울>"),
        ("HTTPS://A.KR", "<https://a.kr/ HTTPS://A.KR>"),
        ("<https://a.kr>", "<<https://a.kr/ https://a.kr>>"),
        ("**https://a.kr**", "<strong <https://a.kr/ https://a.kr>>"),
        ("[*라벨*](https://a.kr)", "<https://a.kr/ <em 라벨>>"),
        ("[메일](mailto:a@a.kr)", "<mailto:a@a.kr 메일>"),
        ("![그림](https://a.kr/b.png)", "!<https://a.kr/b.png 그림>"),
        ("https://한글.kr", "<https://xn--bj0bj06e.kr/ https://한글.kr>"),
    ]);
}

#[test]
fn no_address_deceives_or_does_anything() {
    check_plain(&[
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html,a)",
        "[a](vbscript:a)",
        "[a](//a.kr)",
        "[a](/rooms/b)",
        "[a](file:///etc/passwd)",
        "javascript:alert(1)",
        "https://bank.kr@evil.kr",
        "https://user:pass@evil.kr/",
    ]);
    // The label says another address than the link's.
    check(&[(
        "[https://bank.kr](https://evil.kr)",
        "[<https://bank.kr/ https://bank.kr>](<https://evil.kr/ https://evil.kr>)",
    )]);
    // Cyrillic а, and Latin with Cyrillic.
    check(&[
        ("https://аррӏе.com", "<https://xn--80ak6aa92e.com/ https://xn--80ak6aa92e.com/>"),
        ("https://bаnk.kr", "<https://xn--bnk-6cd.kr/ https://xn--bnk-6cd.kr/>"),
    ]);
}

#[test]
fn people_are_named() {
    check(&[
        ("@민수 안녕", "<@1 민수> 안녕"),
        ("@민수님이 @민수야 @민수씨는", "<@1 민수>님이 <@1 민수>야 <@1 민수>씨는"),
        ("@민수영 @Anabel", "@민수영 @Anabel"),
        ("@ana, @Ana Kim!", "<@2 ana>, <@3 Ana Kim>!"),
        ("(@모두)", "(<@all 모두>)"),
        ("**@Ana**", "<strong <@2 Ana>>"),
        ("me@Ana `@Ana` [@Ana](https://a.kr)", "me@Ana <code @Ana> <https://a.kr/ @Ana>"),
    ]);
}

proptest! {
    #[test]
    fn no_word_is_lost(text in r"([가나*_~`>\[\]() \\\n@!.-]|- |> |1\. |```\n|\*\*|~~|[a-c]){0,60}") {
        let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric() && !c.is_ascii()).collect::<String>();
        let spans = parse(&text, &[]);
        prop_assert!(spans.is_empty() || words(&span::plain(&spans)) == words(&text));
    }

    #[test]
    fn any_text_can_be_formatted(text in "\\PC{0,200}") {
        let spans = parse(&text, &[]);
        prop_assert!(count(&spans) <= SPANS);
    }
}
