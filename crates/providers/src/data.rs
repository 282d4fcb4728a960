//! What a data source implements, and how it becomes a [`DataDriver`].

use std::future::Future;
use std::marker::PhantomData;

use driver::{BoxFuture, DataDriver, Fault};
use model::Known;
use model::catalog::DataKind;
use model::schema::Rule;
use model::typed::Typed;

use crate::aws::Aws;
use crate::resource::schema_of;

/// One data source. The order in its file: arguments, outputs, this, helpers.
pub trait Lookup: Send + Sync + Sized + 'static {
    /// Terraform's name of the type.
    const KIND: &'static str;
    /// AWS's service, as `ec2`.
    const SERVICE: &'static str;
    /// Rules over the arguments.
    const RULES: &'static [Rule] = &[];
    /// What it is looked up by.
    type Arguments: Typed + Send + Sync;
    /// What it tells.
    type Outputs: Typed + Send + Sync;

    /// See [`DataDriver::lookup`].
    fn lookup(aws: &Aws, arguments: &Self::Arguments) -> impl Future<Output = Result<Self::Outputs, Fault>> + Send;

    /// See [`DataKind::stamp`]; only for data sources with outputs that AWS holds.
    fn stamp(_: &Known) -> Option<String> {
        None
    }

    /// See [`DataDriver::reveal`].
    fn reveal(_: &Aws, _: &Self::Arguments, output: &str) -> impl Future<Output = Result<Known, Fault>> + Send {
        let fault = Fault::invalid(Self::KIND, format!("`{output}` is no secret that AWS tells"));
        async { Err(fault) }
    }
}

/// A data source behind the engine's interface.
pub struct ErasedData<L> {
    aws: Aws,
    lookup: PhantomData<fn() -> L>,
}

impl<L: Lookup> ErasedData<L> {
    /// The data source's data.
    pub const KIND: DataKind = DataKind {
        name: L::KIND,
        service: L::SERVICE,
        arguments: schema_of::<L::Arguments>(),
        outputs: schema_of::<L::Outputs>(),
        rules: L::RULES,
        stamp: L::stamp,
    };

    const KIND_REFERENCE: &'static DataKind = &Self::KIND;

    /// The data source's driver on a connection.
    #[must_use]
    pub fn connect(aws: &Aws) -> Box<dyn DataDriver> {
        Box::new(Self { aws: aws.clone(), lookup: PhantomData })
    }
}

fn typed<L: Lookup>(arguments: Known) -> Result<L::Arguments, Fault> {
    L::Arguments::read(arguments).map_err(|wrong| Fault::invalid(L::KIND, wrong.to_string()))
}

impl<L: Lookup> DataDriver for ErasedData<L> {
    fn kind(&self) -> &'static DataKind {
        Self::KIND_REFERENCE
    }

    fn lookup(&self, arguments: Known) -> BoxFuture<'_, Result<Known, Fault>> {
        Box::pin(async move { Ok(L::lookup(&self.aws, &typed::<L>(arguments)?).await?.write()) })
    }

    fn reveal<'a>(&'a self, arguments: Known, output: &'a str) -> BoxFuture<'a, Result<Known, Fault>> {
        Box::pin(async move { L::reveal(&self.aws, &typed::<L>(arguments)?, output).await })
    }
}
