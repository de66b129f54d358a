"""The table of lint rules: one row per module of ``rules``."""

from __future__ import annotations

from specproof.effective.lint.model import LintFinding, Rule
from specproof.effective.lint.rules import (
    default_on_required_parameter,
    document_invalid,
    duplicate_operation_id,
    empty_security_beside_authorization_parameter,
    empty_servers,
    error_envelope_without_required,
    error_list_may_be_empty,
    example_breaks_schema,
    ignored_beside_ref,
    ignored_header_parameter,
    keyword_never_applies,
    missing_operation_id,
    no_security_on_operation,
    no_success_response,
    object_without_required,
    path_parameter_not_declared,
    path_parameter_not_in_template,
    response_content_empty,
    response_header_not_required,
    schema_accepts_anything,
    string_without_format,
    undocumented_error_statuses,
    unused_component,
)
from specproof.effective.lint.subject import Subject
from specproof.effective.queries import pointer
from specproof.model import JsonObject

__all__ = ["RULES", "lint"]

RULES: tuple[Rule, ...] = (
    default_on_required_parameter.RULE,
    document_invalid.RULE,
    duplicate_operation_id.RULE,
    empty_security_beside_authorization_parameter.RULE,
    empty_servers.RULE,
    error_envelope_without_required.RULE,
    error_list_may_be_empty.RULE,
    example_breaks_schema.RULE,
    ignored_beside_ref.RULE,
    ignored_header_parameter.RULE,
    keyword_never_applies.RULE,
    missing_operation_id.RULE,
    no_security_on_operation.RULE,
    no_success_response.RULE,
    object_without_required.RULE,
    path_parameter_not_declared.RULE,
    path_parameter_not_in_template.RULE,
    response_content_empty.RULE,
    response_header_not_required.RULE,
    schema_accepts_anything.RULE,
    string_without_format.RULE,
    undocumented_error_statuses.RULE,
    unused_component.RULE,
)


def lint(document: JsonObject) -> tuple[LintFinding, ...]:
    """Return what the rules find in ``document``, by rule and then in its own order.

    Args:
        document: an OpenAPI document whose references all lead to places inside it.

    Raises:
        InputError: it is no OpenAPI 3.0 or 3.1 document.
    """
    subject = Subject(document)
    return tuple(
        LintFinding(
            rule.id, rule.severity, pointer(hit.location), hit.message, rule.clause, hit.mend
        )
        for rule in RULES
        for hit in rule.find(subject)
    )
