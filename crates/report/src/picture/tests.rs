//! Pictures of small and of large maps.

use std::collections::{BTreeMap, BTreeSet};

use model::Address;
use review::{Map, Node};

use super::layout::{Layout, Rectangle, layout};
use super::svg;
