//! The same manifest, written in another order.
//!
//! In: files and a seed. Out: files that say the same, with other names for layers, and with
//! blocks and lines in another order. The same seed gives the same files.

/// Shuffles everything whose order means nothing.
pub fn files(files: &[(String, String)], seed: u64) -> Vec<(String, String)> {
    let mut dice = Dice(seed);
    let mut shuffled = Vec::new();
    for (name, text) in files {
        // A layer is a view: its name means nothing, but files are read in the names' order.
        let name = if name == "stack.toml" { name.clone() } else { format!("{}-{name}", dice.below(1000)) };
        let mut blocks = blocks(text);
        dice.shuffle(&mut blocks);
        shuffled.push((name, blocks.iter().map(|it| it.write(&mut dice)).collect()));
    }
    shuffled
}

/// A table with the tables that belong to it by their place.
#[derive(Default)]
struct Block {
    header: String,
    /// Whole `key = value` pairs, some of more than one line.
    pairs: Vec<String>,
    /// Tables inside one element of an array: they belong to the element before them.
    inner: Vec<Block>,
}

impl Block {
    fn write(&self, dice: &mut Dice) -> String {
        let mut pairs = self.pairs.clone();
        dice.shuffle(&mut pairs);
        let inner: String = self.inner.iter().map(|it| it.write(dice)).collect();
        format!("{}\n{}\n{inner}", self.header, pairs.concat())
    }

    /// Whether a header names a table inside this element of an array.
    fn holds(&self, header: &str) -> bool {
        let path = |it: &str| it.trim_matches(['[', ']']).to_owned();
        self.header.starts_with("[[") && path(header).starts_with(&(path(&self.header) + "."))
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut pair = String::new();
    for line in text.lines().filter(|it| !it.trim().is_empty() && !it.trim_start().starts_with('#')) {
        if pair.is_empty() && line.starts_with('[') {
            let block = Block { header: line.to_owned(), ..Block::default() };
            match blocks.last_mut() {
                Some(last) if last.holds(line) => last.inner.push(block),
                Some(_) | None => blocks.push(block),
            }
            continue;
        }
        pair += line;
        pair.push('\n');
        let count = |sign: char| pair.matches(sign).count();
        if count('[') == count(']') && count('{') == count('}') {
            let last = blocks.last_mut().expect("a header comes first");
            let pairs = match last.inner.last_mut() {
                Some(inner) => &mut inner.pairs,
                None => &mut last.pairs,
            };
            pairs.push(std::mem::take(&mut pair));
        }
    }
    blocks
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    /// Knuth's linear congruential generator; its upper bits are the better ones.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    /// Fisher and Yates's shuffle.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
