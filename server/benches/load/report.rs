//! What came out, as tables and a plot: medians over the rounds, with the lowest and the
//! highest, and what each server does beside ours in the same round.

use crate::subject::Subject;
use crate::work::{Figures, Metric, Work};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Default)]
pub struct Report {
    /// One value a round.
    values: BTreeMap<(Work, Subject), BTreeMap<Metric, Vec<f64>>>,
}

const BEGIN: &str = "<!-- bench -->";
const END: &str = "<!-- /bench -->";

impl Report {
    pub fn note(&mut self, work: Work, subject: Subject, figures: Figures) {
        let noted = self.values.entry((work, subject)).or_default();
        for (metric, value) in figures {
            noted.entry(metric).or_default().push(value);
        }
    }

    pub fn tables(&self) -> String {
        Work::ALL.into_iter().filter_map(|work| self.table(work)).collect::<Vec<_>>().join("\n")
    }

    fn table(&self, work: Work) -> Option<String> {
        let rows: Vec<_> = self.values.iter().filter(|((of, _), _)| *of == work).collect();
        let (_, first) = rows.first()?;
        let metrics: Vec<Metric> = first.keys().copied().collect();
        let leading = *metrics.first()?;
        let ours = self.values.get(&(work, Subject::Postcard)).map(|ours| &ours[&leading]);
        let ours = ours.filter(|_| rows.len() > 1);
        let mut table = format!("**{}**\n\n| |", work.title());
        if ours.is_some() {
            table.push_str(" beside ours |");
        }
        for metric in &metrics {
            let _ = write!(table, " {} |", metric.title());
        }
        let columns = metrics.len() + usize::from(ours.is_some());
        let _ = writeln!(table, "\n|---|{}", "---:|".repeat(columns));
        for ((_, subject), values) in rows {
            let _ = write!(table, "| {} |", subject.name());
            if let Some(ours) = ours {
                let ratios = values[&leading].iter().zip(ours).map(|(theirs, ours)| theirs / ours);
                let _ = write!(table, " × {} |", spread(ratios.collect()));
            }
            for metric in &metrics {
                let _ = write!(table, " {} |", spread(values[metric].clone()));
            }
            table.push('\n');
        }
        Some(table)
    }

    /// Puts tables and plot where the README has a place for them.
    pub fn write_into_readme(&self) {
        let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let path = root.join("README.md");
        let readme = std::fs::read_to_string(&path).expect("the README");
        let (before, rest) = readme.split_once(BEGIN).expect("a mark in the README");
        let (_, after) = rest.split_once(END).expect("a second mark in the README");
        let plot = "![Deliveries per second in a busy room](.github/bench.svg)";
        let tables = self.tables();
        let readme = format!("{before}{BEGIN}\n{plot}\n\n{tables}{END}{after}");
        std::fs::write(path, readme).expect("the README can be written");
        std::fs::write(root.join(".github/bench.svg"), self.plot()).expect("the plot as well");
    }

    /// Bars for the deliveries in a busy room, with a line from the lowest to the highest.
    fn plot(&self) -> String {
        const BAR: f64 = 18.0;
        const LEFT: f64 = 260.0;
        const WIDTH: f64 = 420.0;
        let works = [Work::Busy100, Work::Busy1000];
        let all = |work: Work| {
            self.values.iter().filter(move |((of, _), _)| *of == work).filter_map(
                |(key, values)| Some((key.1, Three::of(values.get(&Metric::Deliveries)?.clone()))),
            )
        };
        let highest = works.iter().flat_map(|&work| all(work)).map(|(_, three)| three.highest);
        let scale = WIDTH / highest.fold(1.0, f64::max);
        let (mut bars, mut y) = (String::new(), 10.0);
        for work in works {
            let _ = writeln!(
                bars,
                r#"<text class="title" x="0" y="{}">{}: deliveries/s</text>"#,
                y + 14.0,
                work.title().split(" (").next().unwrap_or_default(),
            );
            y += 26.0;
            for (subject, Three { lowest, median, highest }) in all(work) {
                let kind = match subject {
                    subject if subject.is_ours() => "ours",
                    subject if subject.is_floor() => "floor",
                    _ => "peer",
                };
                let (end, middle) = (LEFT + highest * scale + 6.0, y + BAR / 2.0);
                let _ = writeln!(
                    bars,
                    r#"<text x="{label}" y="{text}" text-anchor="end">{name}</text>
<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1}" height="{BAR}"/>
<path d="M{low:.1} {middle}H{high:.1}"/>
<text x="{end:.1}" y="{text}">{value}</text>"#,
                    label = LEFT - 8.0,
                    text = y + 13.0,
                    name = subject.name(),
                    width = median * scale,
                    low = LEFT + lowest * scale,
                    high = LEFT + highest * scale,
                    value = number(median),
                );
                y += BAR + 6.0;
            }
            y += 12.0;
        }
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {y}" font-family="sans-serif" font-size="13">
<style>text{{fill:#333}}.title{{font-weight:bold}}.ours{{fill:#2f7d5b}}.peer{{fill:#8a93a3}}.floor{{fill:#d5d9e0}}path{{stroke:#111;stroke-width:1.5}}
@media (prefers-color-scheme:dark){{text{{fill:#ddd}}.ours{{fill:#5cc294}}.floor{{fill:#4a5160}}path{{stroke:#fff}}}}</style>
{bars}</svg>
"#
        )
    }
}

struct Three {
    lowest: f64,
    median: f64,
    highest: f64,
}

impl Three {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            0 => (values[middle - 1] + values[middle]) / 2.0,
            _ => values[middle],
        };
        Three { lowest: values[0], median, highest: values[values.len() - 1] }
    }
}

fn spread(values: Vec<f64>) -> String {
    let is_one = values.len() == 1;
    let Three { lowest, median, highest } = Three::of(values);
    match is_one {
        true => number(median),
        false => format!("{} ({}–{})", number(median), number(lowest), number(highest)),
    }
}

/// With three digits that mean something.
pub fn number(value: f64) -> String {
    match value {
        1e6.. => format!("{:.2} M", value / 1e6),
        1e3.. => {
            let thousands = (value / 1e3).floor();
            format!("{thousands:.0},{:03.0}", (value - thousands * 1e3).floor())
        }
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
