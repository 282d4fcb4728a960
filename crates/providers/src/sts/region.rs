//! `data.aws_region`

use driver::Fault;
use model::Attributes;

use crate::aws::Aws;
use crate::data::Lookup;

/// The region that the stack lives in. Looking it up asks AWS nothing.
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// A region other than the stack's.
    pub name: Option<String>,
}

/// The region that the stack lives in.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// The region, as `us-east-1`.
    pub id: String,
    /// The region, as `us-east-1`.
    pub name: String,
    /// The region, as `us-east-1`.
    pub region: String,
    /// Host of EC2's endpoint in the region.
    pub endpoint: String,
}

/// `data.aws_region`
pub struct Region;

impl Lookup for Region {
    const KIND: &'static str = "aws_region";
    const SERVICE: &'static str = "ec2";
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let region = arguments.name.as_deref().unwrap_or_else(|| aws.region()).to_owned();
        let suffix = if aws.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        let endpoint = format!("ec2.{region}.{suffix}");
        Ok(Outputs { id: region.clone(), name: region.clone(), region, endpoint })
    }
}
