/**
 * What people try on a chat: markup that wants to run, addresses that deceive, and signs that
 * break lines. Each calls `attacked()` if it ever runs.
 *
 * The ideas are those of OWASP's "XSS Filter Evasion Cheat Sheet", the HTML5 Security
 * Cheatsheet, UTS 36 (Unicode Security Considerations) and the "Big List of Naughty Strings".
 */

const CALL = 'attacked()';

const HANDLERS = [
  'onerror', 'onload', 'onclick', 'onfocus', 'onmouseover', 'onpointerenter', 'ontoggle', 'onbegin',
  'onanimationstart', 'ontransitionend', 'onbeforetoggle', 'oncontentvisibilityautostatechange',
];

const TAGS = [
  `<img src=x HANDLER=${CALL}>`,
  `<svg HANDLER=${CALL}>`,
  `<body HANDLER=${CALL}>`,
  `<details open HANDLER=${CALL}>`,
  `<input autofocus HANDLER=${CALL}>`,
  `<video><source HANDLER=${CALL}></video>`,
];

/** Markup, whole and broken. */
const MARKUP = [
  `<script>${CALL}</script>`,
  `<SCRIPT SRC=data:text/javascript,${CALL}></SCRIPT>`,
  `<scr<script>ipt>${CALL}</scr</script>ipt>`,
  `<<script>${CALL};//<</script>`,
  `</script><script>${CALL}</script>`,
  `</textarea><script>${CALL}</script>`,
  `</title><script>${CALL}</script>`,
  `</style><script>${CALL}</script>`,
  `</noscript><script>${CALL}</script>`,
  `</template><img src=x onerror=${CALL}>`,
  `--><script>${CALL}</script>`,
  `]]><script>${CALL}</script>`,
  `"><script>${CALL}</script>`,
  `'><script>${CALL}</script>`,
  `" onfocus=${CALL} autofocus x="`,
  `' onfocus=${CALL} autofocus x='`,
  `\` onfocus=${CALL} autofocus x=\``,
  `<iframe srcdoc="<script>parent.${CALL}</script>"></iframe>`,
  `<iframe src="javascript:parent.${CALL}"></iframe>`,
  `<object data="javascript:${CALL}"></object>`,
  `<embed src="javascript:${CALL}">`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${CALL}>`,
  `<svg><animate onbegin=${CALL} attributeName=x dur=1s>`,
  `<svg><use href="data:image/svg+xml,<svg id=x onload=${CALL}>#x"/>`,
  `<svg><foreignObject><iframe srcdoc="<script>parent.${CALL}</script>"/></foreignObject></svg>`,
  `<style>@import "data:text/css,*{background:red}";</style>`,
  `<style>.message{display:none}</style>`,
  `<link rel=stylesheet href="data:text/css,*{display:none}">`,
  `<meta http-equiv=refresh content="0;url=javascript:${CALL}">`,
  `<base href="https://evil.example/">`,
  `<form action="javascript:${CALL}"><button>x</button></form>`,
  `<marquee onstart=${CALL}>x</marquee>`,
  `<a href="javascript:${CALL}">x</a>`,
  `<plaintext>`,
  `<!--`,
  `<![CDATA[<script>${CALL}</script>]]>`,
  `<?xml version="1.0"?><script>${CALL}</script>`,
  `<xss id=x tabindex=1 onfocus=${CALL}></xss>`,
  `<noscript><p title="</noscript><img src=x onerror=${CALL}>">`,
  `{{constructor.constructor('${CALL}')()}}`,
  `\${${CALL}}`,
  `&lt;script&gt;${CALL}&lt;/script&gt;`,
  `&#60;script&#62;${CALL}&#60;/script&#62;`,
  `\\u003cscript\\u003e${CALL}\\u003c/script\\u003e`,
  `%3Cscript%3E${CALL}%3C/script%3E`,
  `+ADw-script+AD4-${CALL}+ADw-/script+AD4-`,
  `＜script＞${CALL}＜/script＞`,
  `jaVasCript:/*-/*\`/*\\\`/*'/*"/**/(/* */oNcliCk=${CALL} )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=${CALL}//>\\x3e`,
  ...TAGS.flatMap((tag) => HANDLERS.map((handler) => tag.replace('HANDLER', handler))),
];

const SCHEMES = [
  `javascript:${CALL}`,
  `JaVaScRiPt:${CALL}`,
  `java\tscript:${CALL}`,
  `java&#10;script:${CALL}`,
  `&#106;avascript:${CALL}`,
  ` javascript:${CALL}`,
  `\u0001javascript:${CALL}`,
  `javascript://example.org/%0a${CALL}`,
  `javascript\u200b:${CALL}`,
  `vbscript:${CALL}`,
  `data:text/html,<script>${CALL}</script>`,
  `data:text/html;base64,PHNjcmlwdD5hdHRhY2tlZCgpPC9zY3JpcHQ+`,
  `blob:https://example.org/x`,
  `file:///etc/passwd`,
  `feed:javascript:${CALL}`,
  `view-source:javascript:${CALL}`,
  `https://example.org"onmouseover=${CALL} x="`,
  `https://example.org'onmouseover=${CALL} x='`,
  `https://example.org/<script>${CALL}</script>`,
  `https://example.org\`onmouseover=${CALL}\``,
  `https://user:password@example.org/`,
  `https://example.org@evil.example/`,
  `https://аррӏе.com/`,
  `https://example.org\u202e/gpj.exe`,
  `https://example。org/`,
  `https://[::1]:80/`,
  `https://0x7f.1/`,
  `https://example.org/${'a'.repeat(2000)}`,
  `//evil.example/x`,
  `\\\\evil.example\\x`,
  `/leave`,
  `?before=1`,
];

const LINKS = SCHEMES.flatMap((address) => [
  address,
  `[귤](${address})`,
  `[https://example.org](${address})`,
  `<${address}>`,
]);

const FORMS = [
  '**'.repeat(500),
  '> '.repeat(500) + 'deep',
  '- '.repeat(500) + 'deep',
  '[' .repeat(500) + ']'.repeat(500),
  '`'.repeat(999),
  '~~**_'.repeat(300),
  '```\n' + '<script>'.repeat(100),
  `[${'a'.repeat(500)}](https://example.org)`,
  `![x](https://evil.example/x.png)`,
  `![x"onerror="${CALL}](x)`,
  `[x](https://example.org "onmouseover=${CALL}")`,
  `[x][y]\n\n[y]: javascript:${CALL}`,
  '@'.repeat(500),
  `@<img src=x onerror=${CALL}>`,
  '#'.repeat(500),
  '|a|b|\n|-|-|\n'.repeat(50),
  '&nbsp;'.repeat(200),
];

/** Signs that turn lines round, grow out of them, or are not to be seen. */
const SIGNS = [
  '\u202e뒤집힌 글 abc',
  '\u2066\u2067\u2068 isolates that never end',
  '\u202a'.repeat(200) + 'deep embedding',
  'العربية mixed עם עברית and 한글',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘',
  'ก็็็็็็็็็็็็็็็็็็็็'.repeat(20),
  'e' + '\u0301'.repeat(900),
  '\u115f\u1160가\u1160\u1160',
  '\u1100'.repeat(300),
  '\u3164 filler \uffa0',
  'zero\u200bwidth\u200cjoiners\u200dand\u2060word\ufeffjoiner',
  '\u00ad'.repeat(300) + 'soft',
  '👩‍👩‍👧‍👦'.repeat(100),
  '👩' + '\u200d👩'.repeat(300),
  '🏴' + '\u{e0067}\u{e0062}\u{e007f}'.repeat(100),
  '🇰🇷'.repeat(200),
  '\ufe0f'.repeat(300) + '.',
  '﷽'.repeat(100),
  '𒐫'.repeat(100),
  '\u{1f9d1}\u{1f3fb}\u{1f3fc}\u{1f3fd}\u{1f3fe}\u{1f3ff}',
  '\ufdd0\ufffe\uffff noncharacters',
  '\u0000\u0007\u001b[31m\u007f\u0085 controls',
  '\u2028line\u2029paragraph',
  '\r\n'.repeat(100) + 'far below',
  '\t'.repeat(300) + 'far right',
  'a'.repeat(4000),
  '가'.repeat(4000),
  '한'.repeat(3000).normalize('NFD').slice(0, 4000),
  'https://example.org/' + '%EA%B0%80'.repeat(300),
  ('x'.repeat(200) + ' ').repeat(19),
  '\u0600\u0601\u0602\u06dd 1234',
  'Ω≈ç√∫˜µ≤≥÷ ﬁﬂ ① ㍿ ㌀',
  'power لُلُصّبُلُلصّبُررً ॣ ॣh ॣ ॣ 冗',
  '\u{f0000}\u{10fffd}\ue000 private',
];

export const TEXTS = [...MARKUP, ...LINKS, ...FORMS, ...SIGNS];
/** Those that fit into a name or a room's name, and a piece of those that do not. */
export const NAMES = [...MARKUP, ...SIGNS, ...SCHEMES].map((text) => [...text].slice(0, 31).join(''));
export const ROOMS = [...MARKUP, ...SIGNS, ...SCHEMES, '..', '.', '../..', '%2e%2e', 'a/b', 'search', 'join', '__proto__'].map(
  (text) => [...text].slice(0, 63).join(''),
);
