//! A manifest folder about to be written: tables of values with comments.
//!
//! In: nothing; these are the types between translating and writing. They must not know Terraform.

use model::Address;

use crate::terraform::address::TerraformAddress;
use crate::terraform::configuration::Place;

/// A value as a manifest has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text in the template language: `${…}` is an expression, `$${` is `${`. May hold line breaks.
    Text(String),
    /// A list.
    List(Vec<Item>),
    /// A table: of a map, an object or a block.
    Table(Table),
}

impl Value {
    /// Text that says itself: markers in it are escaped.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self::Text(text.replace("${", "$${").replace("%{", "%%{"))
    }

    /// An expression on its own: `${…}`.
    #[must_use]
    pub fn expression(text: &str) -> Self {
        Self::Text(format!("${{{text}}}"))
    }
}

/// A member of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The comment lines above it, without `#`.
    pub above: Vec<String>,
    /// The member.
    pub value: Value,
    /// The comment after it on its line.
    pub beside: Option<String>,
}

impl From<Value> for Item {
    fn from(value: Value) -> Self {
        Self { above: Vec::new(), value, beside: None }
    }
}

/// One key of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key: one key, never dotted.
    pub key: String,
    /// The comment lines above it, without `#`.
    pub above: Vec<String>,
    /// The value.
    pub value: Value,
    /// The comment after it on its line.
    pub beside: Option<String>,
    /// Whether a list of tables stands as `[[…]]`, and a table as `[…]`, rather than inline:
    /// Terraform's blocks do, and documents.
    pub is_block: bool,
}

impl Entry {
    /// An entry without comments.
    #[must_use]
    pub fn new(key: impl Into<String>, value: Value) -> Self {
        Self { key: key.into(), above: Vec::new(), value, beside: None, is_block: false }
    }
}

/// Keys in the order in which they are to be written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Them.
    pub entries: Vec<Entry>,
    /// The comment lines after the last of them, without `#`.
    pub after: Vec<String>,
}

impl Table {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|it| it.key == key).map(|it| &it.value)
    }
}

/// One top-level table of a file, as `[resource.aws_vpc.main]` or `[[moved]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its path, as `["resource", "aws_vpc", "main"]`.
    pub path: Vec<String>,
    /// Whether it is one of a list: `[[import]]`.
    pub is_item: bool,
    /// The comment lines above it.
    pub above: Vec<String>,
    /// What is in it.
    pub table: Table,
}

/// One file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// Its path in the folder, as `aws-vpc.toml` or `environments/prod.toml`.
    pub path: String,
    /// The comment lines at its head.
    pub head: Vec<String>,
    /// Its tables.
    pub sections: Vec<Section>,
}

/// A resource or data source that is carried over.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// The declaration in the manifest, without a key.
    pub declaration: Address,
    /// The layer it stands in.
    pub layer: String,
    /// Where it stands in Terraform's configuration; none when only a state tells of it.
    pub place: Option<Place>,
    /// Its instances: what they are called in the manifest, and what Terraform calls them.
    pub members: Vec<(Address, TerraformAddress)>,
    /// What reads differently from Terraform's configuration, one sentence each.
    pub changes: Vec<String>,
}
