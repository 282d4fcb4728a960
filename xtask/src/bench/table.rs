//! What was measured, as data, and the two ways of showing it.
//!
//! In: figures with their units, under the names of rows and columns. Out: text in columns, or
//! JSON. Knows nothing of what is measured.

use std::fmt;

use serde_json::{Map, Value, json};

/// A number and what it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// How many.
    Count(u64),
    /// How many, and then as many as it takes until something is so.
    Polled(u64),
    /// How long.
    Seconds(f64),
    /// How large.
    Bytes(u64),
    /// One figure divided by another.
    Ratio(f64),
}

/// What one section of the benchmark found.
#[derive(Debug, Default)]
pub struct Section {
    /// The figures.
    pub tables: Vec<Table>,
    /// What must be known to read them.
    pub notes: Vec<String>,
    /// What could not be measured here, and why.
    pub left_out: Vec<String>,
}

/// Figures that are read together.
#[derive(Debug, PartialEq)]
pub struct Table {
    /// What they are about.
    pub title: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// Labels, each with a figure for a column or none.
    pub rows: Vec<(String, Vec<Option<Figure>>)>,
}

impl Section {
    /// A section that cannot be measured on this machine.
    pub fn left_out(why: impl Into<String>) -> Self {
        Self { left_out: vec![why.into()], ..Self::default() }
    }

    /// As text, with a headline.
    pub fn text(&self, name: &str) -> String {
        let mut text = format!("== {name}\n");
        let mut title = "";
        for table in &self.tables {
            if table.title != title {
                title = &table.title;
                text += &format!("\n{title}\n");
            }
            text += &format!("\n{}", table.grid());
        }
        let notes = self.notes.iter().map(|it| format!("\n{it}\n"));
        let left_out = self.left_out.iter().map(|why| format!("\nLEFT OUT: {why}\n"));
        text.extend(notes.chain(left_out));
        text
    }

    /// As JSON: `{"tables": [{"title", "rows": {ROW: {COLUMN: {UNIT: NUMBER}}}}], "notes", "left_out"}`.
    pub fn json(&self) -> Value {
        let tables: Vec<Value> = self.tables.iter().map(Table::json).collect();
        json!({ "tables": tables, "notes": self.notes, "left_out": self.left_out })
    }
}

impl Table {
    /// One without rows.
    pub fn new<C: Into<String>>(title: impl Into<String>, columns: impl IntoIterator<Item = C>) -> Self {
        Self { title: title.into(), columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row that has a figure for every column.
    pub fn push(&mut self, label: impl Into<String>, figures: impl IntoIterator<Item = Figure>) {
        self.rows.push((label.into(), figures.into_iter().map(Some).collect()));
    }

    /// Tables from objects in objects, whose innermost have numbers only: each of those is a row,
    /// the names on the way to it are its label, and rows of the same columns are one table.
    pub fn of_json(title: &str, measured: &Value) -> Vec<Self> {
        let mut tables = Vec::new();
        collect(title, "", measured, &mut tables);
        tables
    }

    /// Labels to the left, figures to the right, and a dot where there is none.
    pub fn grid(&self) -> String {
        let shown = |figure: &Option<Figure>| figure.map_or_else(|| "·".to_owned(), |it| it.to_string());
        let rows: Vec<(&str, Vec<String>)> =
            self.rows.iter().map(|(label, figures)| (label.as_str(), figures.iter().map(shown).collect())).collect();
        let width = |text: &str| text.chars().count();
        let label_width = rows.iter().map(|(label, _)| width(label)).max().unwrap_or_default();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| rows.iter().map(|(_, cells)| width(&cells[at])).fold(width(&self.columns[at]), usize::max))
            .collect();
        let line = |label: &str, cells: &[String]| {
            let cells: String = cells.iter().zip(&widths).map(|(cell, wide)| format!("  {cell:>wide$}")).collect();
            format!("{label:label_width$}{cells}\n")
        };
        let body: String = rows.iter().map(|(label, cells)| line(label, cells)).collect();
        line("", &self.columns) + &body
    }

    fn json(&self) -> Value {
        let row = |figures: &[Option<Figure>]| {
            let cells = self.columns.iter().zip(figures).filter_map(|(name, it)| Some((name.clone(), (*it)?.json())));
            Value::Object(cells.collect())
        };
        let rows: Map<String, Value> = self.rows.iter().map(|(label, it)| (label.clone(), row(it))).collect();
        json!({ "title": self.title, "rows": rows })
    }
}

impl Figure {
    /// The figure divided by another of the same unit; none for nothing.
    pub fn over(self, other: Self) -> Option<Self> {
        let (one, other) = (self.number(), other.number());
        (other > 0.0).then_some(Self::Ratio(one / other))
    }

    /// One part of as many equal ones.
    pub fn each(self, parts: u64) -> Self {
        match self {
            Self::Count(it) | Self::Polled(it) => Self::Count(it / parts),
            Self::Bytes(it) => Self::Bytes(it / parts),
            Self::Seconds(it) => Self::Seconds(it / parts as f64),
            Self::Ratio(it) => Self::Ratio(it / parts as f64),
        }
    }

    /// What a number means under such a name: `wall_s`, `peak_bytes`, `worst_ratio`, `calls`.
    fn named(name: &str, number: &Value) -> Option<Self> {
        let has = |word: &str| name.split('_').any(|it| it == word);
        if has("s") || has("seconds") {
            number.as_f64().map(Self::Seconds)
        } else if has("ratio") {
            number.as_f64().map(Self::Ratio)
        } else if has("bytes") {
            number.as_u64().map(Self::Bytes)
        } else {
            number.as_u64().map(Self::Count)
        }
    }

    fn number(self) -> f64 {
        match self {
            // Counts and sizes are far below where a float begins to skip numbers.
            Self::Count(it) | Self::Polled(it) | Self::Bytes(it) => it as f64,
            Self::Seconds(it) | Self::Ratio(it) => it,
        }
    }

    fn json(self) -> Value {
        match self {
            Self::Count(it) => json!({ "count": it }),
            Self::Polled(it) => json!({ "count": it, "polls": true }),
            Self::Seconds(it) => json!({ "seconds": it }),
            Self::Bytes(it) => json!({ "bytes": it }),
            Self::Ratio(it) => json!({ "ratio": it }),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Count(it) => f.write_str(&thousands(it)),
            Self::Polled(0) => f.write_str("poll"),
            Self::Polled(it) => write!(f, "{}+poll", thousands(it)),
            Self::Seconds(it) if it >= 0.9995 => write!(f, "{it:.2} s"),
            Self::Seconds(it) if it >= 0.000_999_5 => write!(f, "{:.2} ms", it * 1e3),
            Self::Seconds(it) => write!(f, "{:.1} µs", it * 1e6),
            Self::Bytes(it) if it >= 1 << 20 => write!(f, "{:.1} MiB", it as f64 / f64::from(1 << 20)),
            Self::Bytes(it) if it >= 10_000 => write!(f, "{:.1} KiB", it as f64 / 1024.0),
            Self::Bytes(it) => write!(f, "{} B", thousands(it)),
            Self::Ratio(it) if it >= 100.0 => write!(f, "{it:.0}×"),
            Self::Ratio(it) if it >= 10.0 => write!(f, "{it:.1}×"),
            Self::Ratio(it) => write!(f, "{it:.2}×"),
        }
    }
}

/// A number with a comma between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let comma = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    digits.chars().enumerate().flat_map(|(at, digit)| comma(at).then_some(',').into_iter().chain([digit])).collect()
}

/// A name as the head of a column, whose figures have their unit.
fn column(name: &str) -> String {
    name.trim_end_matches("_s").replace('_', " ")
}

fn collect(title: &str, label: &str, value: &Value, tables: &mut Vec<Table>) {
    let Some(members) = value.as_object() else { return };
    let numbers = members.iter().filter_map(|(name, it)| Some((column(name), Figure::named(name, it)?)));
    let (columns, figures): (Vec<String>, Vec<Figure>) = numbers.unzip();
    if !columns.is_empty() {
        let same = tables.iter().position(|it| it.columns == columns).unwrap_or_else(|| {
            tables.push(Table::new(title, columns));
            tables.len() - 1
        });
        tables[same].push(label, figures);
    }
    for (name, inner) in members {
        let label = if label.is_empty() { name.clone() } else { format!("{label}, {name}") };
        collect(title, &label, inner, tables);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        fn check(figure: Figure, expect: &str) {
            assert_eq!(figure.to_string(), expect);
        }
        check(Figure::Count(0), "0");
        check(Figure::Count(999), "999");
        check(Figure::Count(1_811_042), "1,811,042");
        check(Figure::Polled(0), "poll");
        check(Figure::Polled(2), "2+poll");
        check(Figure::Seconds(0.000_015), "15.0 µs");
        check(Figure::Seconds(0.0042), "4.20 ms");
        check(Figure::Seconds(0.9999), "1.00 s");
        check(Figure::Seconds(95.0), "95.00 s");
        check(Figure::Bytes(9_999), "9,999 B");
        check(Figure::Bytes(20_480), "20.0 KiB");
        check(Figure::Bytes(606 << 20), "606.0 MiB");
        check(Figure::Ratio(1.087), "1.09×");
        check(Figure::Ratio(38.17), "38.2×");
        check(Figure::Ratio(412.3), "412×");
    }

    #[test]
    fn a_table_is_text_in_columns_and_json_with_units() {
        let mut table = Table::new("A title", ["plan", "apply"]);
        table.push("calls", [Figure::Count(12), Figure::Count(1_000)]);
        table.rows.push(("wall".to_owned(), vec![None, Some(Figure::Seconds(1.5))]));
        let section = Section { tables: vec![table], ..Section::left_out("a tool is not installed") };
        let expect = [
            "== name\n",
            "\n",
            "A title\n",
            "\n",
            "       plan   apply\n",
            "calls    12   1,000\n",
            "wall      ·  1.50 s\n",
            "\n",
            "LEFT OUT: a tool is not installed\n",
        ];
        assert_eq!(section.text("name"), expect.concat());
        let rows = json!({
            "calls": { "plan": { "count": 12 }, "apply": { "count": 1000 } },
            "wall": { "apply": { "seconds": 1.5 } },
        });
        let expect = json!({
            "tables": [{ "title": "A title", "rows": rows }],
            "notes": [],
            "left_out": ["a tool is not installed"],
        });
        assert_eq!(section.json(), expect);
    }

    #[test]
    fn rows_of_the_same_columns_are_one_table() {
        let measured = json!({
            "local": { "100": { "appends": 7, "peak_bytes": 20 }, "200": { "appends": 9, "peak_bytes": 30 } },
            "random": { "worst_ratio": 1.05, "longest_path_s": 60 },
        });
        let tables = Table::of_json("title", &measured);
        let mut first = Table::new("title", ["appends", "peak bytes"]);
        first.push("local, 100", [Figure::Count(7), Figure::Bytes(20)]);
        first.push("local, 200", [Figure::Count(9), Figure::Bytes(30)]);
        let mut second = Table::new("title", ["worst ratio", "longest path"]);
        second.push("random", [Figure::Ratio(1.05), Figure::Seconds(60.0)]);
        assert_eq!(tables, [first, second]);
    }
}
