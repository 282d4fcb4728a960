//! The AWS of this machine: finds or installs moto, starts and stops it, and knows where
//! it differs from AWS.
//!
//! In: where to look ([`Tools`]), a folder for the running emulator's record, and a callback
//! for what a person should hear. Out: an endpoint, and the identity of the emulator's run.
//! This crate must not print or read the environment (its callers pass in what it needs),
//! and knows nothing of manifests, state or the AWS SDK.
//!
//! - [`ensure`], [`status`], [`stop`], [`reset`]: the one emulator that lives between commands.
//! - [`Scoped`]: an emulator for one test, gone with it.
//! - [`Proxy`]: stands between a client and an emulator; counts, delays, refuses, drops.
//! - [`differences`]: what moto does otherwise than AWS documents.

pub mod differences;
mod emulator;
mod error;
mod http;
mod install;
mod lock;
mod proxy;
mod python;
mod scoped;
mod server;
mod shared;

pub use emulator::{Emulator, MOTO_VERSION};
pub use error::Error;
pub use proxy::{Call, Gate, Proxy, Verdict};
pub use scoped::Scoped;
pub use shared::{Running, ensure, reset, status, stop};

use std::ffi::OsString;
use std::path::PathBuf;

/// The access key that signs requests to the emulator, which takes any.
pub const ACCESS_KEY: &str = "testing";
/// The secret that belongs to [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "testing";
/// The region that the sandbox uses where the manifest names none.
pub const REGION: &str = "us-east-1";
/// The account that every caller of the emulator is in.
pub const ACCOUNT: &str = "123456789012";

/// Where the emulator may come from.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The search path for `moto_server`, `python3` and package managers, as in `PATH`.
    pub path: OsString,
    /// The folder that keeps our private virtual environment. Shared by all projects of a user,
    /// and safe to delete.
    pub cache: PathBuf,
}

/// Told what a person should hear while something slow happens, one sentence at a time.
pub type Report<'a> = &'a mut (dyn FnMut(&str) + Send);
