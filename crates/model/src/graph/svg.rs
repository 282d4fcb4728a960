//! The graph as a picture: what comes first stands left, layers are bands from top to bottom.
//!
//! In: a graph. Out: one SVG that needs nothing else and follows the viewer's light or dark mode.
//! It must not print.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Graph;
use super::print::by_layer;
use crate::address::Address;

const BOX: (usize, usize) = (300, 40);
const GAP: (usize, usize) = (70, 14);
const PADDING: usize = 16;
const TITLE: usize = 26;

const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1f2328}.kind{fill:#59636e;font-size:11px}.title{font-weight:600;fill:#59636e}\
.band{fill:#f6f8fa;stroke:#d1d9e0}.node{fill:#fff;stroke:#59636e}.data{stroke-dasharray:4 3}.edge{fill:none;stroke:#818b98}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.kind,.title{fill:#9198a1}.band{fill:#151b23;stroke:#3d444d}.node{fill:#0d1117;stroke:#9198a1}}";

/// A picture of the graph, without the edges that follow from others.
#[must_use]
pub fn svg(graph: &Graph) -> String {
    let reduced = graph.reduced();
    let mut columns: BTreeMap<&Address, usize> = BTreeMap::new();
    for address in graph.order() {
        let after = graph.dependencies(address).into_keys().filter_map(|it| columns.get(it)).max();
        columns.insert(address, after.map_or(0, |column| column + 1));
    }
    let mut places: BTreeMap<&Address, (usize, usize)> = BTreeMap::new();
    let mut bands = Vec::new();
    let mut top = PADDING;
    for (layer, addresses) in by_layer(graph) {
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        for address in addresses {
            let column = columns.get(address).copied().unwrap_or(0);
            let row = rows.entry(column).or_insert(0);
            let x = 2 * PADDING + column * (BOX.0 + GAP.0);
            places.insert(address, (x, top + TITLE + *row * (BOX.1 + GAP.1)));
            *row += 1;
        }
        let height = TITLE + rows.values().max().copied().unwrap_or(0) * (BOX.1 + GAP.1);
        bands.push((layer.to_owned(), top, height));
        top += height + PADDING;
    }
    let width = places.values().map(|(x, _)| x + BOX.0).max().unwrap_or(0) + 2 * PADDING;
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {top}\" width=\"{width}\" height=\"{top}\" role=\"img\">"
    );
    let _ = writeln!(out, "<title>Dependency graph</title><style>{STYLE}</style>");
    for (layer, y, height) in &bands {
        let inner = width - 2 * PADDING;
        let _ = writeln!(
            out,
            "<rect class=\"band\" x=\"{PADDING}\" y=\"{y}\" width=\"{inner}\" height=\"{height}\" rx=\"8\"/>"
        );
        let _ = writeln!(out, "<text class=\"title\" x=\"{}\" y=\"{}\">{}</text>", 2 * PADDING, y + 18, escaped(layer));
    }
    for (address, dependencies) in &reduced {
        for dependency in dependencies {
            if let (Some(from), Some(to)) = (places.get(dependency), places.get(address)) {
                let _ = writeln!(out, "<path class=\"edge\" d=\"{}\"/>", curve(*from, *to));
            }
        }
    }
    for (address, place) in &places {
        out.push_str(&node(address, *place));
    }
    out.push_str("</svg>\n");
    out
}

/// From the right edge of one box to the left edge of another.
fn curve(from: (usize, usize), to: (usize, usize)) -> String {
    let (x1, y1, x2, y2) = (from.0 + BOX.0, from.1 + BOX.1 / 2, to.0, to.1 + BOX.1 / 2);
    let bend = GAP.0 / 2;
    format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2.saturating_sub(bend))
}

fn node(address: &Address, (x, y): (usize, usize)) -> String {
    let class = if address.mode == crate::Mode::Data { "node data" } else { "node" };
    let key = address.key.as_ref().map_or_else(String::new, |key| format!("[{key:?}]"));
    let name = clipped(&format!("{}{key}", address.name), 40);
    format!(
        "<g><title>{}</title><rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\
         <text class=\"kind\" x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\">{}</text></g>\n",
        escaped(&address.to_string()),
        BOX.0,
        BOX.1,
        x + 10,
        y + 16,
        escaped(&clipped(&address.kind, 46)),
        x + 10,
        y + 32,
        escaped(&name),
    )
}

fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
