//! Stacks and edits by chance, as manifest texts.
//!
//! In: a seed. Out: a manifest over [`crate::kinds`] that resolves, and edits of it that do too.
//! It must not know what a plan makes of them.

mod values;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::dice::Dice;

/// A stack that can be edited and printed.
#[derive(Clone, Debug)]
pub struct Sketch {
    dice: Dice,
    rolls: u64,
    resources: Vec<Declaration>,
    /// Renames of the last edit.
    moved: Vec<(String, String)>,
    named: usize,
}

/// One `[resource.KIND.NAME]` or `[data.KIND.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Declaration {
    /// With `data.` before it for what is looked up.
    kind: &'static str,
    name: String,
    /// The keys of `for_each`; none where it is a single one.
    keys: &'static [&'static str],
    /// Arguments as TOML.
    arguments: BTreeMap<&'static str, String>,
}

impl Declaration {
    fn address(&self) -> String {
        format!("{}.{}", self.kind, self.name)
    }

    /// What references begin with.
    fn one(&self) -> String {
        let key = self.keys.first().map_or_else(String::new, |key| format!("[\"{key}\"]"));
        format!("{}{key}", self.address())
    }

    fn is_data(&self) -> bool {
        self.kind.starts_with("data.")
    }

    fn mentions(&self, address: &str) -> bool {
        self.arguments
            .values()
            .any(|text| text.contains(&format!("{address}.")) || text.contains(&format!("{address}[")))
    }
}

/// Kinds to draw from; the later ones refer to the earlier ones.
const DRAWN: &[&str] = &[
    "sim_network",
    "sim_firewall",
    "sim_firewall",
    "sim_attachment",
    "sim_role",
    "sim_bucket",
    "sim_secret",
    "sim_secret_version",
    "sim_database",
    "sim_task",
    "sim_service",
    "sim_service",
    "sim_default_firewall",
    "data.sim_network",
];

/// Kinds that are made for each of some keys, now and then.
const KEYED: &[&str] = &["sim_network", "sim_firewall", "sim_role", "sim_bucket", "sim_secret"];

/// Such keys. The first one always stays, because others may refer to it.
const KEYS: &[&[&str]] = &[&["a"], &["a", "b"], &["a", "b", "c"], &["a", "c"]];

impl Sketch {
    /// A stack of up to `most` resources and what they need.
    #[must_use]
    pub fn new(seed: u64, most: usize) -> Self {
        let dice = Dice(seed);
        let mut sketch = Self { dice, rolls: 0, resources: Vec::new(), moved: Vec::new(), named: 0 };
        for _ in 0..=sketch.below(most.max(1)) {
            let kind = DRAWN[sketch.below(DRAWN.len())];
            sketch.add(kind);
        }
        sketch
    }

    /// Changes something, and says what.
    pub fn edit(&mut self) -> Vec<String> {
        self.moved.clear();
        let edits = 1 + self.below(3);
        (0..edits).map(|_| self.edit_once(true)).collect()
    }

    /// Changes something else for every fork, keeps all names, and says what.
    pub fn edit_in_place(&mut self, fork: u64) -> Vec<String> {
        self.dice = Dice(self.dice.0 ^ fork.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let edits = 1 + self.below(3);
        (0..edits).map(|_| self.edit_once(false)).collect()
    }

    /// This stack again, after an edit of it that was to be taken back; not where names moved.
    #[must_use]
    pub fn instead_of(&self, edited: &Self) -> Option<Self> {
        edited.moved.is_empty().then(|| Self { moved: Vec::new(), ..self.clone() })
    }

    fn edit_once(&mut self, may_rename: bool) -> String {
        let roll = self.below(10);
        if self.resources.is_empty() || roll == 0 {
            let kind = DRAWN[self.below(DRAWN.len())];
            let address = self.add(kind).map_or_else(|| kind.to_owned(), |at| self.resources[at].address());
            return format!("add {address}");
        }
        let at = self.below(self.resources.len());
        match roll {
            1 => self.remove(at),
            2 if may_rename && !self.resources[at].is_data() => self.rename(at),
            3 | 4 if !self.resources[at].keys.is_empty() => {
                self.resources[at].keys = KEYS[self.below(KEYS.len())];
                format!("other keys for {}", self.resources[at].address())
            }
            _ => self.change(at),
        }
    }

    /// Adds a declaration with everything that it needs; its place, unless the kind exists once.
    fn add(&mut self, kind: &'static str) -> Option<usize> {
        if kind == "sim_default_firewall" && self.some(kind, usize::MAX).is_some() {
            return None;
        }
        for needed in values::needs(kind) {
            if self.some(needed, usize::MAX).is_none() {
                self.add(needed);
            }
        }
        self.named += 1;
        let name = format!("r{}", self.named);
        let at = self.resources.len();
        let keyed = KEYED.contains(&kind) && self.below(6) == 0;
        let keys = if keyed { KEYS[self.below(KEYS.len())] } else { &[] };
        self.resources.push(Declaration { kind, name, keys, arguments: BTreeMap::new() });
        for argument in values::arguments(kind) {
            self.set(at, argument);
        }
        if kind == "sim_attachment" && self.has_twin(at) {
            self.resources.pop();
            return None;
        }
        Some(at)
    }

    fn set(&mut self, at: usize, argument: &'static str) {
        match values::value(self, at, argument) {
            Some(text) => self.resources[at].arguments.insert(argument, text),
            None => self.resources[at].arguments.remove(argument),
        };
    }

    /// Changes one argument.
    fn change(&mut self, at: usize) -> String {
        let arguments = values::arguments(self.resources[at].kind);
        let argument = arguments[self.below(arguments.len())];
        let before = self.resources[at].arguments.clone();
        self.set(at, argument);
        if self.resources[at].kind == "sim_attachment" && self.has_twin(at) {
            self.resources[at].arguments = before;
        }
        format!("change {argument} of {}", self.resources[at].address())
    }

    /// Two attachments of one firewall to one network are one object.
    fn has_twin(&self, at: usize) -> bool {
        let key =
            |it: &Declaration| (it.arguments.get("network_id").cloned(), it.arguments.get("firewall_id").cloned());
        let this = &self.resources[at];
        let same = |(other, it): (usize, &Declaration)| other != at && it.kind == this.kind && key(it) == key(this);
        self.resources.iter().enumerate().any(same)
    }

    /// Removes a declaration and all that mention it.
    fn remove(&mut self, at: usize) -> String {
        let mut gone = vec![self.resources.remove(at).address()];
        let mut next = 0;
        while next < gone.len() {
            let address = gone[next].clone();
            while let Some(at) = self.resources.iter().position(|it| it.mentions(&address)) {
                gone.push(self.resources.remove(at).address());
            }
            next += 1;
        }
        self.moved.retain(|(_, to)| !gone.contains(to));
        format!("remove {}", gone.join(", "))
    }

    /// Gives a declaration another name, and notes the move.
    fn rename(&mut self, at: usize) -> String {
        self.named += 1;
        let from = self.resources[at].address();
        self.resources[at].name = format!("r{}", self.named);
        let to = self.resources[at].address();
        for declaration in &mut self.resources {
            for text in declaration.arguments.values_mut() {
                *text = text.replace(&format!("{from}."), &format!("{to}."));
                *text = text.replace(&format!("{from}["), &format!("{to}["));
            }
        }
        match self.moved.iter_mut().find(|(_, earlier)| *earlier == from) {
            Some((_, earlier)) => earlier.clone_from(&to),
            None => self.moved.push((from.clone(), to.clone())),
        }
        format!("move {from} to {to}")
    }

    /// Some number below another.
    fn below(&mut self, most: usize) -> usize {
        self.rolls += 1;
        let roll = self.dice.roll(&format!("roll {}", self.rolls));
        ((roll * most as f64) as usize).min(most.saturating_sub(1))
    }

    /// Some declaration of a kind before a place, as references begin with it.
    fn some(&mut self, kind: &str, before: usize) -> Option<String> {
        let of_kind = |it: &&Declaration| it.kind == kind;
        let found: Vec<String> = self.resources.iter().take(before).filter(of_kind).map(Declaration::one).collect();
        (!found.is_empty()).then(|| found[self.below(found.len())].clone())
    }
}

impl std::fmt::Display for Sketch {
    /// As `stack.toml`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[stack]\nname = \"sketch\"\n\n[tags]\nowner = \"cloudsim\"\n")?;
        for declaration in &self.resources {
            let mut body = String::new();
            for (argument, text) in &declaration.arguments {
                writeln!(body, "{argument} = {text}")?;
            }
            let table = if declaration.is_data() { "" } else { "resource." };
            write!(f, "\n[{table}{}]\n", declaration.address())?;
            if !declaration.keys.is_empty() {
                writeln!(f, "for_each = {:?}", declaration.keys)?;
            }
            f.write_str(&body)?;
        }
        let told = self.resources.iter().filter(|it| values::tells_arn(it));
        for declaration in told {
            let address = declaration.address();
            write!(f, "\n[outputs.{}]\nvalue = \"${{{address}.arn}}\"\n", declaration.name)?;
        }
        for (from, to) in &self.moved {
            write!(f, "\n[[moved]]\nfrom = {from:?}\nto = {to:?}\n")?;
        }
        Ok(())
    }
}
