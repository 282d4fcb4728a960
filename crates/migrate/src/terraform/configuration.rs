//! The configuration of one Terraform module: its blocks as written, with comments and places.
//!
//! In: nothing; these are the types. It must not know what any block means.

use hcl_edit::expr::Expression;

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The file's path as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// The comments of one thing, line by line, without their marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// Those above it; an empty line between two comments is an empty string.
    pub above: Vec<String>,
    /// The one after it on its own line.
    pub beside: Option<String>,
}

/// `name = expression`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub expression: Expression,
    /// Its comments.
    pub comments: Comments,
    /// Where it stands.
    pub place: Place,
}

/// `name "label" { … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// Its type, as `resource`.
    pub name: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// What is in it.
    pub body: Body,
    /// Its comments.
    pub comments: Comments,
    /// Where it starts.
    pub place: Place,
}

/// One thing in a body.
#[derive(Clone, Debug)]
pub enum Structure {
    /// An attribute.
    Attribute(Attribute),
    /// A block.
    Block(Block),
}

/// Attributes and blocks, in the order written.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Them.
    pub structures: Vec<Structure>,
    /// Comments after the last of them.
    pub trailing: Vec<String>,
}

impl Body {
    /// The attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.structures.iter().filter_map(|it| match it {
            Structure::Attribute(attribute) => Some(attribute),
            Structure::Block(_) => None,
        })
    }

    /// The blocks.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.structures.iter().filter_map(|it| match it {
            Structure::Attribute(_) => None,
            Structure::Block(block) => Some(block),
        })
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Expression> {
        self.attributes().find(|it| it.name == name).map(|it| &it.expression)
    }

    /// The first block of a type.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&Block> {
        self.blocks().find(|it| it.name == name)
    }
}

/// One module: all `.tf` and `.tf.json` files of a folder as one body, overrides merged in.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The folder, as it was given, without a slash at the end.
    pub folder: String,
    /// The comments at the head of its files, apart from the first block by an empty line.
    pub head: Vec<String>,
    /// Its blocks: `main.tf` first, then by file name, in the order written.
    pub blocks: Vec<Block>,
    /// The comments after the last block of its files.
    pub trailing: Vec<String>,
}
