//! What the sandbox does as the real server does, and the tests that hold it to that.

/// Groups of features, each with the tests that prove it, as `FILE::TEST`.
type Groups = &'static [(&'static str, &'static [(&'static str, &'static [&'static str])])];

#[rustfmt::skip]
pub(super) const DONE: Groups = &[
    ("Objects", &[
        ("create, read, delete; which names, kinds, versions and namespaces are refused", &["main::objects_are_created_read_and_deleted", "main::built_in_objects_are_created_read_and_deleted"]),
        ("`metadata`: what the server sets, what is checked, what cannot be changed", &["refusals::metadata_has_its_rules"]),
        ("`generation`", &["living::a_generation_counts_what_is_wanted"]),
        ("`generateName`", &["main::generated_names_and_events_are_as_usual"]),
        ("finalizers", &["main::finalizers_hold_an_object"]),
        ("optimistic locking: resourceVersion on PUT and PATCH", &["main::stale_writes_are_conflicts"]),
        ("preconditions of deletions: uid, resourceVersion", &["living::a_deletion_may_have_conditions"]),
        ("dry runs", &["living::dry_runs_answer_and_write_nothing"]),
        ("which methods a path has: 404 and 405", &["refusals::paths_have_their_methods"]),
        ("objects of 9,000 levels, and 400 for 20,000", &["deep::nine_thousand_levels_are_fine", "deep::twenty_thousand_levels_are_refused"]),
    ]),
    ("Bad input", &[
        ("bodies that are no JSON, no YAML, no object, no patch", &["bad_input::bodies_that_are_none_are_refused"]),
        ("wrong and missing content types", &["bad_input::bodies_have_a_type_that_is_known"]),
        ("bodies over 3 MiB (413), objects that etcd would not take", &["bad_input::bodies_may_be_neither_too_large_nor_too_deep"]),
        ("invalid UTF-8, half surrogates", &["bad_input::bytes_that_are_no_text_are_replaced"]),
        ("unknown query options", &["bad_input::options_that_are_unknown_are_passed_over"]),
        ("anything at random, made of what clients send", &["hostile::whatever_is_sent_is_answered"]),
    ]),
    ("Schemas", &[
        ("types, bounds, formats, lists as sets and maps", &["schemas::values_are_checked_by_their_types_and_bounds", "schemas::formats_are_checked_where_they_are_known"]),
        ("pruning and defaults", &["schemas::what_a_schema_does_not_know_is_pruned_and_what_it_has_defaults_for_is_filled_in"]),
        ("embedded objects", &["schemas::embedded_objects_are_objects"]),
        ("`fieldValidation`: Strict, Warn, Ignore; duplicate keys", &["schemas::bodies_are_read_as_strictly_as_is_asked_for"]),
        ("rules in CEL, on new objects and on changes (`oldSelf`)", &["rules::rules_hold_for_new_objects", "rules::rules_compare_with_what_was"]),
        ("ratcheting: what was invalid before may stay", &["schemas::what_was_wrong_before_may_stay"]),
        ("`/status` by the schema", &["schemas::status_is_checked_where_it_is_written"]),
    ]),
    ("What controllers do", &[
        ("owner references: background, foreground, orphan", &["controllers::what_belongs_to_nobody_any_more_goes", "controllers::what_goes_last_waits_for_those_that_hold_it_back", "controllers::orphans_stay", "controllers::a_policy_is_a_finalizer_and_follows_the_last_word"]),
        ("several owners, absent owners, owners of the cluster", &["controllers::an_owner_that_is_left_is_enough", "controllers::an_owner_that_is_not_there_owns_nothing", "controllers::an_owner_may_be_of_no_namespace"]),
        ("each namespace has its service account and `kube-root-ca.crt` (`Builder::service_accounts`)", &["controllers::each_namespace_has_a_service_account_and_the_servers_authority"]),
        ("namespaces are emptied before they go", &["controllers::a_namespace_goes_after_its_objects", "controllers::an_empty_namespace_goes_too"]),
        ("definitions go after their objects", &["controllers::a_definition_goes_after_its_objects"]),
    ]),
    ("What runs nothing can be said to do (`--simulate`)", &[
        ("pods run and are ready; jobs complete", &["simulation::a_pod_runs_and_is_ready", "simulation::a_job_completes"]),
        ("deployments, replica sets, stateful sets and daemon sets have their pods, and are available", &["simulation::a_deployment_has_the_pods_of_its_latest_template_alone", "simulation::pods_that_go_are_made_again", "simulation::stateful_and_daemon_sets_are_available"]),
        ("`kubectl rollout status` and `kubectl wait` end", &["simulated::commands_that_wait_for_workloads_end"]),
    ]),
    ("Patches", &[
        ("merge patches", &["main::merge_patches_change_what_they_name"]),
        ("JSON patches", &["main::json_patches_change_what_they_name", "living::places_in_lists_may_be_odd"]),
        ("strategic merge patches of built-in kinds", &["owners::workloads_are_owned_by_who_makes_them", "apply::the_client_applies"]),
    ]),
    ("Server-side apply", &[
        ("who owns which fields: `managedFields` after each write, and their limits", &["ownership::whoever_writes_owns_what_the_write_changes", "ownership::entries_can_be_written_and_reset", "ownership::too_many_owners_become_one"]),
        ("apply: taken, shared, forced, given up; conflicts in the server's words", &["ownership::configurations_are_applied", "ownership::configurations_are_refused", "random::owners_who_write_at_random_own_the_same"]),
        ("lists by key, sets and atomics, of definitions and of built-in kinds", &["ownership::configurations_are_applied", "owners::workloads_have_containers_by_name_ports_by_number_and_variables_by_name", "owners::pods_services_and_what_they_need_have_lists_of_their_own_kinds", "owners::other_built_in_kinds_have_their_owners"]),
        ("several versions; `/scale`; what the client had applied by itself", &["ownership::versions_share_what_is_owned", "owners::a_scale_is_owned_as_its_object_is", "ownership::what_kubectl_has_applied_by_itself_is_no_conflict_for_it"]),
    ]),
    ("Subresources", &[
        ("`/status`", &["main::status_is_apart_where_it_is_a_subresource"]),
        ("`/scale`, of built-in kinds and of definitions", &["below::built_in_kinds_are_scaled", "below::custom_resources_are_scaled_where_their_definition_says"]),
        ("`/finalize` of namespaces", &["controllers::namespaces_are_let_go_of_by_whoever_holds_them"]),
        ("`/log`: what `Sandbox::log` has said; nothing runs", &["below::the_logs_of_pods_that_nobody_runs_are_empty"]),
        ("those that a resource lacks: 404", &["refusals::subresources_that_a_resource_lacks_are_not_found"]),
    ]),
    ("Lists and watches", &[
        ("label and field selectors", &["reading::selectors_choose_by_labels_and_fields", "reading::lists_are_filtered_and_paged"]),
        ("`limit` and `continue`, from a snapshot", &["reading::lists_come_piece_by_piece"]),
        ("`resourceVersion` and `resourceVersionMatch`", &["reading::lists_are_of_the_version_that_is_asked_for"]),
        ("watches: from a version, with bookmarks, until 410", &["reading::watches_bring_what_happened_since", "reading::watches_begin_where_they_are_told_to", "living::what_is_going_is_watched_to_its_end"]),
        ("watch lists (`sendInitialEvents`)", &["reading::watches_refuse_options_that_contradict_each_other", "reading::watches_begin_where_they_are_told_to"]),
    ]),
    ("Forms of answers", &[
        ("`Table`: the columns of built-in resources and of definitions", &["forms::objects_are_shown_as_rows_of_a_table", "forms::built_in_resources_have_columns_of_their_own", "forms::custom_resources_have_the_columns_that_their_definition_gives_them"]),
        ("`PartialObjectMetadata` and its lists", &["forms::objects_are_shown_by_their_metadata_alone"]),
        ("both in watches", &["forms::watches_tell_in_every_form"]),
        ("discovery, legacy and aggregated", &["main::resources_are_defined_discovered_and_taken_away"]),
        ("OpenAPI v3, by which kubectl explains and checks", &["reading::built_in_kinds_are_described"]),
        ("bodies in protobuf, for built-in kinds and reviews", &["protobuf::objects_of_built_in_kinds_mean_the_same", "protobuf::custom_resources_are_not_sent_in_protobuf", "protobuf::reviews_are_asked_in_protobuf"]),
    ]),
    ("Admission", &[
        ("webhooks, mutating and validating: called for real, over HTTPS, at a URL or behind a service", &["admission::reviews_tell_of_the_request_as_it_came", "admission::reviews_tell_of_what_would_be_written", "held::a_webhook_behind_a_service_is_found_by_its_endpoints"]),
        ("their refusals and warnings", &["admission::webhooks_refuse_and_warn_in_words_of_their_own"]),
        ("what they change, in which order, and again (`reinvocationPolicy`)", &["admission::webhooks_change_objects_by_patches", "admission::what_webhooks_put_in_is_pruned_and_completed", "admission::webhooks_are_called_in_order_and_again_where_they_want_it"]),
        ("which requests they are for: rules, selectors, conditions in CEL, `matchPolicy`", &["admission::webhooks_are_asked_about_what_their_rules_name", "admission::webhooks_are_asked_where_their_selectors_and_conditions_choose", "admission::webhooks_see_objects_in_the_version_that_they_know"]),
        ("deletions, `/status`, `/scale`, dry runs", &["admission::deletions_can_be_refused_and_not_changed", "admission::scales_are_reviewed_as_such", "admission::reviews_tell_of_what_would_be_written"]),
        ("those that are wrong, silent or absent: `failurePolicy`, `timeoutSeconds`", &["admission::webhooks_that_cannot_be_asked_fail_the_request_or_are_passed_over", "admission::webhooks_that_are_not_there_fail_the_request", "held::a_webhook_that_does_not_answer_holds_up_nobody_else"]),
        ("what is written while they are asked: conflicts, and patches that are reviewed again", &["held::a_patch_that_was_overtaken_while_it_was_reviewed_is_reviewed_again", "held::a_replacement_that_was_overtaken_while_it_was_reviewed_is_a_conflict"]),
        ("`ValidatingAdmissionPolicy` and its bindings: expressions, messages, variables, actions", &["policies::policies_refuse_what_their_expressions_do_not_hold_for", "policies::policies_see_the_request_and_what_was"]),
        ("what policies are for, and their parameters", &["policies::policies_are_for_what_their_constraints_and_conditions_choose", "policies::policies_have_parameters"]),
        ("what configurations are refused", &["admission::webhooks_are_configured_by_rules", "admission::configurations_live_as_other_objects_do", "policies::policies_have_rules"]),
    ]),
    ("Definitions of resources", &[
        ("acceptance and establishing, step by step", &["main::a_definition_is_accepted_in_steps"]),
        ("what definitions are refused: names, versions, schemas, rules", &["refusals::definitions_have_their_rules", "definitions::names_and_versions_have_their_rules", "definitions::schemas_are_structural", "definitions::rules_are_looked_at_before_they_are_taken"]),
        ("their end, and that of their objects", &["main::resources_are_defined_discovered_and_taken_away"]),
    ]),
    ("Unmodified clients", &[
        ("kubectl, of this version and an older one", &["reading::objects_are_shown_in_every_form", "reading::watches_are_followed", "writing::custom_resources_are_written", "writing::built_in_objects_are_written", "workloads::deployments_are_applied_changed_and_scaled"]),
        ("the official Python client", &["python::the_official_client_is_answered_alike"]),
    ]),
    ("Who may do what", &[
        ("roles and bindings (`--rbac`), impersonation", &["access::who_has_no_rights_is_told_what_it_may_not", "access::rights_are_given_by_bindings"]),
        ("reviews: of access, of rules, of oneself, of tokens", &["access::reviews_say_who_may_what", "reading::rights_are_asked_for"]),
        ("tokens of service accounts", &["access::service_accounts_are_given_tokens"]),
    ]),
    ("Kinds with rules of their own", &[
        ("namespaces", &["living::namespaces_are_objects_too"]),
        ("Events, in both groups over one store", &["main::generated_names_and_events_are_as_usual", "refusals::events_of_the_newer_group_are_complete"]),
        ("completion: what is filled in where nothing is said", &["completion::secrets_and_config_maps_have_their_rules", "completion::workloads_are_completed_and_select_their_pods", "completion::services_without_an_address_are_completed"]),
        ("which group versions have which resources; PUT that makes what is not there", &["built_in::group_versions_have_the_same_resources", "built_in::an_update_makes_what_is_not_there_only_where_that_is_the_rule"]),
        ("others", &["living::built_in_objects_live_by_rules_of_their_own"]),
    ]),
];
