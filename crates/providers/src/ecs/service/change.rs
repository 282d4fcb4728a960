//! The two calls that set a service's arguments.
//!
//! In: arguments, and for a change those before it. Out: a call that is ready to be sent. It must
//! not know answers.

use aws_sdk_ecs::operation::create_service::builders::CreateServiceFluentBuilder as Create;
use aws_sdk_ecs::operation::update_service::builders::UpdateServiceFluentBuilder as Change;
use aws_sdk_ecs::types::{
    AvailabilityZoneRebalancing, DeploymentAlarms, DeploymentCircuitBreaker, DeploymentConfiguration, LaunchType,
    NetworkConfiguration, PropagateTags, SchedulingStrategy, ServiceConnectConfiguration,
};
use driver::{Fault, Token};

use super::blocks::{Network, same_members};
use super::{Inputs, service_tags};
use crate::aws::Aws;
use crate::ecs::task_definition::means;
use crate::ecs::wire::Wire;
use crate::ecs::wired;

const CREATE: &str = "ecs:CreateService";
const UPDATE: &str = "ecs:UpdateService";

/// The call that brings a service into being.
///
/// # Errors
/// A block without a field that the SDK requires.
pub fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Create, Fault> {
    let daemon = inputs.scheduling_strategy.as_deref() == Some("DAEMON");
    Ok(aws
        .ecs()
        .create_service()
        .client_token(&token.0)
        .service_name(&inputs.name)
        .set_cluster(inputs.cluster.clone())
        .set_task_definition(inputs.task_definition.clone())
        .set_desired_count(inputs.desired_count.filter(|_| !daemon))
        .set_launch_type(inputs.launch_type.as_deref().map(LaunchType::from))
        .set_capacity_provider_strategy(optional(CREATE, inputs.capacity_provider_strategy.as_ref())?)
        .set_platform_version(inputs.platform_version.clone())
        .set_scheduling_strategy(inputs.scheduling_strategy.as_deref().map(SchedulingStrategy::from))
        .set_network_configuration(inputs.network_configuration.as_ref().map(|it| network(CREATE, it)).transpose()?)
        .set_load_balancers(optional(CREATE, inputs.load_balancer.as_ref())?)
        .set_health_check_grace_period_seconds(inputs.health_check_grace_period_seconds)
        .set_role(inputs.iam_role.clone())
        .set_deployment_controller(optional(CREATE, inputs.deployment_controller.as_ref())?)
        .set_deployment_configuration(deployment(CREATE, inputs)?)
        .set_availability_zone_rebalancing(
            inputs.availability_zone_rebalancing.as_deref().map(AvailabilityZoneRebalancing::from),
        )
        .set_enable_execute_command(inputs.enable_execute_command)
        .set_enable_ecs_managed_tags(inputs.enable_ecs_managed_tags)
        .set_propagate_tags(inputs.propagate_tags.as_deref().map(PropagateTags::from))
        .set_placement_strategy(optional(CREATE, inputs.ordered_placement_strategy.as_ref())?)
        .set_placement_constraints(optional(CREATE, inputs.placement_constraints.as_ref())?)
        .set_service_registries(list(CREATE, inputs.service_registries.as_ref())?)
        .set_service_connect_configuration(optional(CREATE, inputs.service_connect_configuration.as_ref())?)
        .set_volume_configurations(list(CREATE, inputs.volume_configuration.as_ref())?)
        .set_vpc_lattice_configurations(optional(CREATE, inputs.vpc_lattice_configurations.as_ref())?)
        .set_tags(Some(service_tags(inputs, token))))
}

/// The call that changes a service, with only what changed; `None` when nothing did.
///
/// # Errors
/// A block without a field that the SDK requires.
pub fn update(aws: &Aws, before: &Inputs, after: &Inputs) -> Result<Option<Change>, Fault> {
    let mut changes = Changes { call: aws.ecs().update_service(), any: false };
    tasks(&mut changes, before, after)?;
    rollout(&mut changes, before, after)?;
    placement(&mut changes, before, after)?;
    connections(&mut changes, before, after)?;
    let asked = after.triggers.is_some() || after.force_new_deployment == Some(true);
    if !changes.any && !asked {
        return Ok(None);
    }
    // A changed strategy only takes effect with a deployment:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html
    let strategies = [&before.capacity_provider_strategy, &after.capacity_provider_strategy].map(Option::as_ref);
    let moved = !same_members(strategies[0], strategies[1]);
    Ok(Some(if asked || moved { changes.call.force_new_deployment(true) } else { changes.call }))
}

/// A call in the making.
struct Changes {
    call: Change,
    any: bool,
}

impl Changes {
    /// Puts something into the call when it changed.
    fn when(&mut self, changed: bool, set: impl FnOnce(Change) -> Result<Change, Fault>) -> Result<(), Fault> {
        if changed {
            self.call = set(self.call.clone())?;
            self.any = true;
        }
        Ok(())
    }
}

fn tasks(changes: &mut Changes, before: &Inputs, after: &Inputs) -> Result<(), Fault> {
    let same = match (&after.task_definition, &before.task_definition) {
        (Some(after), Some(before)) => means(after, before),
        (after, before) => after == before,
    };
    changes.when(!same, |call| Ok(call.set_task_definition(after.task_definition.clone())))?;
    changes
        .when(before.desired_count != after.desired_count, |call| Ok(call.set_desired_count(after.desired_count)))?;
    changes.when(before.platform_version != after.platform_version, |call| {
        Ok(call.set_platform_version(after.platform_version.clone()))
    })?;
    changes.when(before.network_configuration != after.network_configuration, |call| {
        let network = after.network_configuration.as_ref().map(|it| network(UPDATE, it)).transpose()?;
        Ok(call.set_network_configuration(network))
    })?;
    changes.when(before.enable_execute_command != after.enable_execute_command, |call| {
        Ok(call.enable_execute_command(after.enable_execute_command.unwrap_or(false)))
    })?;
    changes.when(before.enable_ecs_managed_tags != after.enable_ecs_managed_tags, |call| {
        Ok(call.enable_ecs_managed_tags(after.enable_ecs_managed_tags.unwrap_or(false)))
    })?;
    changes.when(before.propagate_tags != after.propagate_tags, |call| {
        Ok(call.propagate_tags(after.propagate_tags.as_deref().unwrap_or("NONE").into()))
    })
}

/// AWS keeps what a deployment configuration leaves out, so the whole of it is sent.
fn rollout(changes: &mut Changes, before: &Inputs, after: &Inputs) -> Result<(), Fault> {
    let same = before.deployment_maximum_percent == after.deployment_maximum_percent
        && before.deployment_minimum_healthy_percent == after.deployment_minimum_healthy_percent
        && before.deployment_circuit_breaker == after.deployment_circuit_breaker
        && before.alarms == after.alarms;
    changes.when(!same, |call| {
        let mut wanted = deployment(UPDATE, after)?.unwrap_or_else(|| DeploymentConfiguration::builder().build());
        if before.deployment_circuit_breaker.is_some() && wanted.deployment_circuit_breaker.is_none() {
            wanted.deployment_circuit_breaker = Some(DeploymentCircuitBreaker::builder().build());
        }
        if before.alarms.is_some() && wanted.alarms.is_none() {
            let none = DeploymentAlarms::builder().set_alarm_names(Some(Vec::new())).enable(false).rollback(false);
            wanted.alarms = Some(none.build().map_err(|wrong| Fault::invalid(UPDATE, wrong.to_string()))?);
        }
        Ok(call.deployment_configuration(wanted))
    })?;
    changes.when(before.health_check_grace_period_seconds != after.health_check_grace_period_seconds, |call| {
        Ok(call.health_check_grace_period_seconds(after.health_check_grace_period_seconds.unwrap_or(0)))
    })?;
    changes.when(before.availability_zone_rebalancing != after.availability_zone_rebalancing, |call| {
        let wanted = after.availability_zone_rebalancing.as_deref().map(AvailabilityZoneRebalancing::from);
        Ok(call.set_availability_zone_rebalancing(wanted))
    })
}

/// AWS takes an empty list for "none", and a missing one for "as it is".
fn placement(changes: &mut Changes, before: &Inputs, after: &Inputs) -> Result<(), Fault> {
    let (old, new) = (before.capacity_provider_strategy.as_ref(), after.capacity_provider_strategy.as_ref());
    changes.when(!same_members(old, new), |call| {
        Ok(call.set_capacity_provider_strategy(Some(optional(UPDATE, new)?.unwrap_or_default())))
    })?;
    let (old, new) = (&before.ordered_placement_strategy, &after.ordered_placement_strategy);
    changes.when(old.as_deref().unwrap_or_default() != new.as_deref().unwrap_or_default(), |call| {
        Ok(call.set_placement_strategy(Some(optional(UPDATE, new.as_ref())?.unwrap_or_default())))
    })?;
    let (old, new) = (before.placement_constraints.as_ref(), after.placement_constraints.as_ref());
    changes.when(!same_members(old, new), |call| {
        Ok(call.set_placement_constraints(Some(optional(UPDATE, new)?.unwrap_or_default())))
    })
}

/// AWS takes an empty list for "none", and a missing one for "as it is".
fn connections(changes: &mut Changes, before: &Inputs, after: &Inputs) -> Result<(), Fault> {
    let (old, new) = (before.load_balancer.as_ref(), after.load_balancer.as_ref());
    changes.when(!same_members(old, new), |call| {
        Ok(call.set_load_balancers(Some(optional(UPDATE, new)?.unwrap_or_default())))
    })?;
    changes.when(before.service_registries != after.service_registries, |call| {
        Ok(call.set_service_registries(Some(list(UPDATE, after.service_registries.as_ref())?.unwrap_or_default())))
    })?;
    changes.when(before.service_connect_configuration != after.service_connect_configuration, |call| {
        let off = ServiceConnectConfiguration::builder().enabled(false).build();
        let wanted = optional(UPDATE, after.service_connect_configuration.as_ref())?;
        Ok(call.service_connect_configuration(wanted.unwrap_or(off)))
    })?;
    changes.when(before.volume_configuration != after.volume_configuration, |call| {
        Ok(call.set_volume_configurations(Some(list(UPDATE, after.volume_configuration.as_ref())?.unwrap_or_default())))
    })?;
    let (old, new) = (before.vpc_lattice_configurations.as_ref(), after.vpc_lattice_configurations.as_ref());
    changes.when(!same_members(old, new), |call| {
        Ok(call.set_vpc_lattice_configurations(Some(optional(UPDATE, new)?.unwrap_or_default())))
    })
}

fn optional<S, T: Wire<S>>(operation: &str, it: Option<&T>) -> Result<Option<S>, Fault> {
    it.map(|it| wired(operation, it)).transpose()
}

/// One block where the SDK takes a list.
fn list<S, T: Wire<S>>(operation: &str, it: Option<&T>) -> Result<Option<Vec<S>>, Fault> {
    it.map(|it| wired(operation, it).map(|it| vec![it])).transpose()
}

fn network(operation: &str, it: &Network) -> Result<NetworkConfiguration, Fault> {
    Ok(NetworkConfiguration::builder().awsvpc_configuration(wired(operation, it)?).build())
}

fn deployment(operation: &str, inputs: &Inputs) -> Result<Option<DeploymentConfiguration>, Fault> {
    let unset = inputs.deployment_maximum_percent.is_none()
        && inputs.deployment_minimum_healthy_percent.is_none()
        && inputs.deployment_circuit_breaker.is_none()
        && inputs.alarms.is_none();
    if unset {
        return Ok(None);
    }
    let circuit = inputs
        .deployment_circuit_breaker
        .as_ref()
        .map(|it| DeploymentCircuitBreaker::builder().enable(it.enable).rollback(it.rollback).build());
    Ok(Some(
        DeploymentConfiguration::builder()
            .set_maximum_percent(inputs.deployment_maximum_percent)
            .set_minimum_healthy_percent(inputs.deployment_minimum_healthy_percent)
            .set_deployment_circuit_breaker(circuit)
            .set_alarms(optional(operation, inputs.alarms.as_ref())?)
            .build(),
    ))
}
