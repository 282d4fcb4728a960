//! Why a text is no state that can be taken over, and what to do.
//!
//! In: nothing; this is the type. It must not know where the text came from.

/// Why a state cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// There is nothing in it.
    #[error("the state is empty: nothing was applied yet, or another file or workspace is meant")]
    Empty,
    /// It is not JSON.
    #[error("this is no Terraform state, because it is not JSON ({reason}): pass what `terraform state pull` prints")]
    NotJson {
        /// Where the text breaks off, in the words of the parser.
        reason: String,
    },
    /// It is a plan that was saved.
    #[error("this is a saved plan, not a state: pass what `terraform state pull` prints")]
    Plan,
    /// It is what `terraform show -json` prints.
    #[error("this is what `terraform show -json` prints, not a state: pass what `terraform state pull` prints")]
    Shown,
    /// It is `.terraform/terraform.tfstate`, which only says where the state lies.
    #[error("this file only says that the state lies in the backend `{backend}`: {advice}")]
    Pointer {
        /// The backend's type, as `s3`.
        backend: String,
        /// What to pass instead, as an order.
        advice: String,
    },
    /// OpenTofu has encrypted it.
    #[error(
        "OpenTofu has encrypted this state: pass what `tofu state pull` prints, which is in clear, and delete that \
         file afterwards"
    )]
    Encrypted,
    /// An old Terraform wrote it.
    #[error(
        "Terraform 0.14 or older wrote this state (format {format}, Terraform {version}): upgrade Terraform step by \
         step to 1.x, as https://developer.hashicorp.com/terraform/language/v1.1.x/upgrade-guides tells, run \
         `terraform apply -refresh-only` once, and migrate then"
    )]
    Old {
        /// The state's format.
        format: u64,
        /// Who wrote it, as `0.11.14`.
        version: String,
    },
    /// An object in it was last written by an old Terraform.
    #[error(
        "`{address}` still has attributes as Terraform 0.11 or older wrote them: run `terraform apply -refresh-only` \
         once with Terraform 1.x, which writes them anew"
    )]
    FlatAttributes {
        /// What Terraform calls it.
        address: String,
    },
    /// A Terraform that is newer than this build wrote it.
    #[error("the state has format {format}, and only format 4 is known, which Terraform has written since 0.12")]
    Newer {
        /// The state's format.
        format: u64,
    },
    /// It is JSON, and no state.
    #[error("this is no Terraform state, because it has no `version`: pass what `terraform state pull` prints")]
    Foreign,
    /// It is a state with something in it that no Terraform writes.
    #[error("the state is damaged: {what} cannot be read; `terraform state pull` prints a sound one")]
    Malformed {
        /// What is wrong, as "the provider `x` of `aws_vpc.main`".
        what: String,
    },
}
