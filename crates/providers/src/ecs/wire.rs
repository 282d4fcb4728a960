//! From our blocks to the SDK's structs and back, field by field.
//!
//! In: a block and the list of its fields. Out: both conversions. It must not know what a field
//! means.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types;
use model::typed::Blocks;

/// A value of ours that the SDK holds as an `S`.
pub trait Wire<S>: Sized {
    /// As the SDK takes it.
    ///
    /// # Errors
    /// A field that the SDK requires is missing.
    fn to_wire(&self) -> Result<S, BuildError>;
    /// As the SDK answers it.
    fn from_wire(wire: &S) -> Self;
}

/// What a builder's `build` returns: some of the SDK's structs have required fields.
pub trait Built<S> {
    /// The struct, or which field is missing.
    ///
    /// # Errors
    /// A field that the SDK requires is missing.
    fn built(self) -> Result<S, BuildError>;
}

impl<S> Built<S> for S {
    fn built(self) -> Result<S, BuildError> {
        Ok(self)
    }
}

impl<S> Built<S> for Result<S, BuildError> {
    fn built(self) -> Self {
        self
    }
}

/// Implements [`Wire`] for a block: `MODE FIELD / SETTER`, or `MODE FIELD = THEIRS / SETTER` where
/// the SDK calls the field otherwise. The modes: `opt` may be unset on both sides, `req` on
/// neither; `need` only in the SDK, `fill` only in ours; `one` is our block in the SDK's list.
macro_rules! wire {
    ($ours:ident => $theirs:ident { $($mode:ident $field:ident $(= $their:ident)? / $set:ident),* $(,)? }) => {
        impl $crate::ecs::wire::Wire<aws_sdk_ecs::types::$theirs> for $ours {
            fn to_wire(&self) -> Result<aws_sdk_ecs::types::$theirs, aws_sdk_ecs::error::BuildError> {
                let builder = aws_sdk_ecs::types::$theirs::builder();
                $(let builder = builder.$set($crate::ecs::wire::wire!(@to $mode (self.$field)));)*
                $crate::ecs::wire::Built::built(builder.build())
            }
            fn from_wire(wire: &aws_sdk_ecs::types::$theirs) -> Self {
                Self { $($field: $crate::ecs::wire::wire!(@from $mode wire $field $($their)?)),* }
            }
        }
    };
    (@to opt $value:expr) => { $value.as_ref().map($crate::ecs::wire::Wire::to_wire).transpose()? };
    (@to fill $value:expr) => { $value.as_ref().map($crate::ecs::wire::Wire::to_wire).transpose()? };
    (@to req $value:expr) => { Some($crate::ecs::wire::Wire::to_wire(&$value)?) };
    (@to need $value:expr) => { Some($crate::ecs::wire::Wire::to_wire(&$value)?) };
    (@to one $value:expr) => {
        $value.as_ref().map(|it| $crate::ecs::wire::Wire::to_wire(it).map(|it| vec![it])).transpose()?
    };
    (@from $mode:ident $wire:ident $field:ident $their:ident) => {
        $crate::ecs::wire::wire!(@from $mode $wire $their)
    };
    (@from opt $wire:ident $field:ident) => { $wire.$field.as_ref().map($crate::ecs::wire::Wire::from_wire) };
    (@from fill $wire:ident $field:ident) => { Some($crate::ecs::wire::Wire::from_wire(&$wire.$field)) };
    (@from req $wire:ident $field:ident) => { $crate::ecs::wire::Wire::from_wire(&$wire.$field) };
    (@from need $wire:ident $field:ident) => {
        $wire.$field.as_ref().map($crate::ecs::wire::Wire::from_wire).unwrap_or_default()
    };
    (@from one $wire:ident $field:ident) => {
        $wire.$field.as_deref().and_then(<[_]>::first).map($crate::ecs::wire::Wire::from_wire)
    };
}
pub(crate) use wire;

macro_rules! same_on_both_sides {
    ($($ty:ty),*) => {$(
        impl Wire<$ty> for $ty {
            fn to_wire(&self) -> Result<$ty, BuildError> {
                Ok(self.clone())
            }
            fn from_wire(wire: &$ty) -> Self {
                wire.clone()
            }
        }
    )*};
}
same_on_both_sides!(bool, i32, String);

/// The SDK's enumerations are text to us: AWS adds to them.
macro_rules! words {
    ($($ty:ident),* $(,)?) => {$(
        impl Wire<types::$ty> for String {
            fn to_wire(&self) -> Result<types::$ty, BuildError> {
                Ok(types::$ty::from(self.as_str()))
            }
            fn from_wire(wire: &types::$ty) -> Self {
                wire.as_str().to_owned()
            }
        }
    )*};
}
words!(
    ApplicationProtocol,
    Compatibility,
    ContainerCondition,
    CpuArchitecture,
    DeploymentControllerType,
    DeviceCgroupPermission,
    EbsResourceType,
    EfsAuthorizationConfigIam,
    EfsTransitEncryption,
    EnvironmentFileType,
    ExecuteCommandLogging,
    FirelensConfigurationType,
    LogDriver,
    OsFamily,
    PlacementConstraintType,
    PlacementStrategyType,
    PropagateTags,
    ProxyConfigurationType,
    ResourceType,
    Scope,
    ClusterSettingName,
    TaskDefinitionPlacementConstraintType,
    TaskFilesystemType,
    TransportProtocol,
    UlimitName,
    VersionConsistency,
);

impl Wire<types::AssignPublicIp> for bool {
    fn to_wire(&self) -> Result<types::AssignPublicIp, BuildError> {
        Ok(if *self { types::AssignPublicIp::Enabled } else { types::AssignPublicIp::Disabled })
    }
    fn from_wire(wire: &types::AssignPublicIp) -> Self {
        *wire == types::AssignPublicIp::Enabled
    }
}

impl<S, T: Wire<S>> Wire<Vec<S>> for Vec<T> {
    fn to_wire(&self) -> Result<Vec<S>, BuildError> {
        self.iter().map(T::to_wire).collect()
    }
    fn from_wire(wire: &Vec<S>) -> Self {
        wire.iter().map(T::from_wire).collect()
    }
}

impl<S, T: Wire<S>> Wire<Vec<S>> for Blocks<T> {
    fn to_wire(&self) -> Result<Vec<S>, BuildError> {
        self.0.to_wire()
    }
    fn from_wire(wire: &Vec<S>) -> Self {
        Self(Vec::from_wire(wire))
    }
}

impl<S, T: Wire<S> + Ord> Wire<Vec<S>> for std::collections::BTreeSet<T> {
    fn to_wire(&self) -> Result<Vec<S>, BuildError> {
        self.iter().map(T::to_wire).collect()
    }
    fn from_wire(wire: &Vec<S>) -> Self {
        wire.iter().map(T::from_wire).collect()
    }
}

impl Wire<HashMap<String, String>> for BTreeMap<String, String> {
    fn to_wire(&self) -> Result<HashMap<String, String>, BuildError> {
        Ok(self.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }
    fn from_wire(wire: &HashMap<String, String>) -> Self {
        wire.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

impl Wire<Vec<types::KeyValuePair>> for BTreeMap<String, String> {
    fn to_wire(&self) -> Result<Vec<types::KeyValuePair>, BuildError> {
        let pair = |(name, value): (&String, &String)| types::KeyValuePair::builder().name(name).value(value).build();
        Ok(self.iter().map(pair).collect())
    }
    fn from_wire(wire: &Vec<types::KeyValuePair>) -> Self {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        wire.iter().map(|it| (text(it.name()), text(it.value()))).collect()
    }
}

impl Wire<Vec<types::Tag>> for BTreeMap<String, String> {
    fn to_wire(&self) -> Result<Vec<types::Tag>, BuildError> {
        Ok(super::sdk_tags(self))
    }
    fn from_wire(wire: &Vec<types::Tag>) -> Self {
        super::tags_of(wire)
    }
}

/// A volume's `host_path` is a struct of one field in the SDK.
impl Wire<types::HostVolumeProperties> for String {
    fn to_wire(&self) -> Result<types::HostVolumeProperties, BuildError> {
        Ok(types::HostVolumeProperties::builder().source_path(self).build())
    }
    fn from_wire(wire: &types::HostVolumeProperties) -> Self {
        wire.source_path().unwrap_or_default().to_owned()
    }
}
