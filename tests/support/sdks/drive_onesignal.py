"""Drives the vendor's own Python SDK through one alias's life; prints what it saw as JSON.

Run with the SDK on PYTHONPATH: ``drive_onesignal.py BASE_URL APP_ID API_KEY``.
"""

from __future__ import annotations

import json
import sys

import onesignal
from onesignal.api import default_api
from onesignal.model.user import User
from onesignal.model.user_identity_body import UserIdentityBody


def _drive(base_url: str, app_id: str, api_key: str) -> dict[str, object]:
    configuration = onesignal.Configuration(host=base_url, rest_api_key=api_key)
    seen: dict[str, object] = {}
    with onesignal.ApiClient(configuration) as client:
        api = default_api.DefaultApi(client)
        user = api.create_user(app_id, User(identity={"external_id": "sdk/user 1"}))
        seen["created"] = dict(user["identity"].to_dict())
        body = UserIdentityBody(identity={"crm": "sdk-42"})
        added = api.create_alias(app_id, "external_id", "sdk/user 1", body)
        seen["added"] = added.identity.to_dict()
        seen["fetched"] = api.get_aliases(app_id, "crm", "sdk-42").identity.to_dict()
        deleted = api.delete_alias(app_id, "external_id", "sdk/user 1", "crm")
        seen["deleted"] = deleted.identity.to_dict()
        try:
            api.get_aliases(app_id, "crm", "sdk-42")
        except onesignal.exceptions.NotFoundException as error:
            seen["missing"] = {"status": error.status, "messages": error.error_messages}
        seen["user"] = api.get_user(app_id, "external_id", "sdk/user 1").identity.to_dict()
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_drive(*sys.argv[1:4])))
