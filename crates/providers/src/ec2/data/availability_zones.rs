//! `data.aws_availability_zones`

use std::collections::BTreeSet;

use aws_sdk_ec2::types::AvailabilityZone;
use driver::Fault;
use model::Attributes;
use model::typed::Blocks;

use crate::aws::{Answer, Aws};
use crate::data::Lookup;
use crate::ec2::data::{FilterBlock, filters};
use crate::ec2::wire::text;

/// The availability zones of the region that the account can use.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html>
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// Whether zones that the account has not opted into are told too.
    pub all_availability_zones: Option<bool>,
    /// State that the zones have to be in.
    #[attr(allowed = ["available", "information", "impaired", "unavailable", "constrained"], open)]
    pub state: Option<String>,
    /// Names to leave out.
    pub exclude_names: Option<BTreeSet<String>>,
    /// Ids to leave out.
    pub exclude_zone_ids: Option<BTreeSet<String>>,
    /// Filters of EC2's own, as `opt-in-status`.
    #[attr(key = "name")]
    pub filter: Option<Blocks<FilterBlock>>,
}

/// The zones, in the order of their names.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// The region.
    pub id: String,
    /// Names, as `us-east-1a`.
    pub names: Vec<String>,
    /// Ids, as `use1-az1`, in the order of the names.
    pub zone_ids: Vec<String>,
    /// Groups that the zones belong to; for ordinary zones the region.
    pub group_names: BTreeSet<String>,
}

/// `data.aws_availability_zones`
pub struct AvailabilityZones;

impl Lookup for AvailabilityZones {
    const KIND: &'static str = "aws_availability_zones";
    const SERVICE: &'static str = "ec2";
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let filters = filters([("state", arguments.state.as_deref())], arguments.filter.as_ref());
        let call = aws
            .ec2()
            .describe_availability_zones()
            .set_all_availability_zones(arguments.all_availability_zones)
            .set_filters(Some(filters));
        let answer = call.send().await.fault("ec2:DescribeAvailabilityZones")?;
        let mut zones = answer.availability_zones.unwrap_or_default();
        zones.retain(|zone| !excluded(zone, arguments));
        zones.sort_by(|a, b| a.zone_name().cmp(&b.zone_name()));
        Ok(Outputs {
            id: aws.region().to_owned(),
            names: zones.iter().map(|zone| text(zone.zone_name())).collect(),
            zone_ids: zones.iter().map(|zone| text(zone.zone_id())).collect(),
            group_names: zones.iter().filter_map(|zone| zone.group_name()).map(str::to_owned).collect(),
        })
    }
}

fn excluded(zone: &AvailabilityZone, arguments: &Arguments) -> bool {
    let among = |set: &Option<BTreeSet<String>>, value: Option<&str>| {
        set.as_ref().zip(value).is_some_and(|(set, value)| set.contains(value))
    };
    among(&arguments.exclude_names, zone.zone_name()) || among(&arguments.exclude_zone_ids, zone.zone_id())
}
