//! What Terraform calls things.
//!
//! In: names and keys. Out: addresses that print as Terraform prints them. It must not know what
//! they become.

use std::fmt;

use model::Mode;

/// The key of an instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Of `count`.
    Number(u64),
    /// Of `for_each`.
    Text(String),
}

impl Key {
    /// The key without marks: what it is called in a manifest.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl fmt::Display for Key {
    /// `[0]` or `["a"]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "[{number}]"),
            Self::Text(text) => write!(f, "[{text:?}]"),
        }
    }
}

/// One instance of a child module within its parent: `module.NAME`, `module.NAME["key"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The name of the `module` block.
    pub name: String,
    /// The instance, where the block has `count` or `for_each`.
    pub key: Option<Key>,
}

/// Where an object stands in a tree of module instances; empty for the root module.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModulePath(pub Vec<Call>);

impl fmt::Display for ModulePath {
    /// `module.a.module.b["x"]`; nothing for the root.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Call { name, key }) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            write!(f, "{dot}module.{name}")?;
            if let Some(key) = key {
                write!(f, "{key}")?;
            }
        }
        Ok(())
    }
}

/// What Terraform calls one instance of a resource or data source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TerraformAddress {
    /// The module instance.
    pub module: ModulePath,
    /// Resource or data source.
    pub mode: Mode,
    /// Its type, as `aws_vpc`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The instance, where the block has `count` or `for_each`.
    pub key: Option<Key>,
}

impl fmt::Display for TerraformAddress {
    /// `module.network.data.aws_vpc.main[0]`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.0.is_empty() {
            write!(f, "{}.", self.module)?;
        }
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.kind, self.name)?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, "{key}"))
    }
}
