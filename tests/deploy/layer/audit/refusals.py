"""What the audit says of a layer."""

from __future__ import annotations

from typing import Any

from deploy.layer.audit.audit import audit


def said(built: Any) -> str:
    return "\n".join(str(fault) for fault in audit(built))
