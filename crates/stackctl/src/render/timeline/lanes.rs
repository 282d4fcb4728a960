//! Lanes: who is drawn below whom.
//!
//! In: bars, each with what lies within it. Out: events, with every bar in the first lane that is
//! free when it begins. It must not know what is drawn.

use serde_json::{Map, Value, json};

/// Something that takes time.
#[derive(Clone, Debug)]
pub struct Slice {
    pub name: String,
    pub category: &'static str,
    pub from: u64,
    pub to: u64,
    /// What a viewer shows when it is clicked.
    pub told: Map<String, Value>,
    /// A colour by a name that viewers know.
    pub colour: Option<&'static str>,
}

/// A slice, and slices within it that nest or follow each other.
#[derive(Clone, Debug)]
pub struct Bar {
    pub outer: Slice,
    pub inner: Vec<Slice>,
}

/// A group of lanes.
pub struct Process {
    pub id: u32,
    pub name: &'static str,
    /// What its lanes are called.
    pub lane: &'static str,
    pub bars: Vec<Bar>,
}

/// Bars in their lanes.
pub struct Placed<'a> {
    process: &'a Process,
    /// Lanes by the bars' indices.
    pub lanes: Vec<usize>,
}

impl Slice {
    pub fn new(name: String, category: &'static str, from: u64, to: u64) -> Self {
        Self { name, category, from, to: to.max(from), told: Map::new(), colour: None }
    }

    pub fn tell(&mut self, name: &str, value: impl Into<Value>) {
        self.told.insert(name.to_owned(), value.into());
    }

    fn event(&self, process: u32, lane: usize) -> Value {
        let mut event = json!({
            "name": self.name, "cat": self.category, "ph": "X", "pid": process, "tid": lane,
            "ts": self.from, "dur": self.to - self.from, "args": self.told,
        });
        if let Some(colour) = self.colour {
            event["cname"] = colour.into();
        }
        event
    }
}

impl Bar {
    pub fn alone(outer: Slice) -> Self {
        Self { outer, inner: Vec::new() }
    }
}

impl Process {
    /// Puts each bar into the first lane that is free when it begins; lanes count from 1.
    pub fn placed(&self) -> Placed<'_> {
        let mut order: Vec<usize> = (0..self.bars.len()).collect();
        order.sort_by_key(|index| (self.bars[*index].outer.from, self.bars[*index].outer.to));
        let mut free: Vec<u64> = Vec::new();
        let mut lanes = vec![0; self.bars.len()];
        for index in order {
            let outer = &self.bars[index].outer;
            let lane = free.iter().position(|until| *until <= outer.from).unwrap_or_else(|| {
                free.push(0);
                free.len() - 1
            });
            free[lane] = outer.to;
            lanes[index] = lane + 1;
        }
        Placed { process: self, lanes }
    }
}

impl Placed<'_> {
    /// Names, then slices from the outside in.
    pub fn events(&self) -> Vec<Value> {
        let Process { id, name, lane, bars } = self.process;
        let count = self.lanes.iter().copied().max().unwrap_or_default();
        if count == 0 {
            return Vec::new();
        }
        let told = |what: &str, thread: usize, args: Value| json!({ "name": what, "ph": "M", "pid": id, "tid": thread, "args": args });
        let mut events = vec![
            told("process_name", 0, json!({ "name": name })),
            told("process_sort_index", 0, json!({ "sort_index": id })),
        ];
        for thread in 1..=count {
            let name = if count == 1 { (*lane).to_owned() } else { format!("{lane} {thread:02}") };
            events.push(told("thread_name", thread, json!({ "name": name })));
            events.push(told("thread_sort_index", thread, json!({ "sort_index": thread })));
        }
        for (bar, lane) in bars.iter().zip(&self.lanes) {
            events.push(bar.outer.event(*id, *lane));
            events.extend(bar.inner.iter().map(|slice| slice.event(*id, *lane)));
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_bars_get_lanes_of_their_own() {
        let bar = |from, to| Bar::alone(Slice::new("x".to_owned(), "call", from, to));
        let process = Process { id: 2, name: "calls", lane: "calls", bars: vec![bar(0, 10), bar(10, 15), bar(5, 15)] };
        let placed = process.placed();
        assert_eq!(placed.lanes, [1, 1, 2]);
        let slices = placed.events().into_iter().filter(|it| it["ph"] == "X");
        assert_eq!(slices.map(|it| it["tid"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(1), Some(2)]);
    }
}
