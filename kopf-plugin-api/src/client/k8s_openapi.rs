//! The types of `k8s-openapi` say which resource they are of.

use k8s_openapi::{Metadata, Resource, apimachinery::pkg::apis::meta::v1::ObjectMeta};

impl<T: Resource + Metadata<Ty = ObjectMeta>> super::Resource for T
where
    T::Scope: Scope,
{
    const API_VERSION: &'static str = T::API_VERSION;
    const KIND: &'static str = T::KIND;
    const PLURAL: &'static str = T::URL_PATH_SEGMENT;
    const NAMESPACED: bool = <T::Scope as Scope>::NAMESPACED;
}

/// Where objects of a resource live.
pub trait Scope {
    /// Whether that is in namespaces.
    const NAMESPACED: bool;
}

impl Scope for k8s_openapi::NamespaceResourceScope {
    const NAMESPACED: bool = true;
}

impl Scope for k8s_openapi::ClusterResourceScope {
    const NAMESPACED: bool = false;
}
