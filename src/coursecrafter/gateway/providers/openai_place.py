"""Where a server of OpenAI's protocol is asked: OpenAI itself, Azure in both its forms, and who speaks as they do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import httpx

from coursecrafter.gateway.http import TEXT_BYTES, ProviderHttp
from coursecrafter.gateway.ports import Candidate, Connection
from coursecrafter.gateway.providers.options import option
from coursecrafter.gateway.providers.said_names import said_name

AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
OPENAI_HOSTS = (".openai.com",)
CLASSIC_VERSION = "2024-10-21"


@dataclass(frozen=True)
class OpenAIPlace:
    """A connection, as it is asked for a model or a deployment."""

    connection: Connection
    deployment: str = ""
    idempotency_key: str = ""

    @classmethod
    def of(cls, candidate: Candidate, idempotency_key: str) -> OpenAIPlace:
        """The place of a candidate; on Azure a model is asked for by its deployment."""
        deployment = str(option(candidate, "deployment", candidate.model))
        return cls(candidate.connection, deployment, idempotency_key)

    @property
    def is_azure(self) -> bool:
        """Whether it is Microsoft's: told, or seen by its name."""
        told = self.connection.options.get("azure")
        return self._is_at(AZURE_HOSTS) if told is None else bool(told)

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI's own server, or Azure's: both know all of the protocol."""
        return self.is_azure or self._is_at(OPENAI_HOSTS)

    def _is_at(self, suffixes: tuple[str, ...]) -> bool:
        return _host(self.connection.base_url).endswith(suffixes)

    @property
    def is_classic(self) -> bool:
        """Whether it is Azure's form with a deployment in the path and a version with every call."""
        return self.is_azure and not self.connection.base_url.rstrip("/").endswith("/v1")

    def http(self, mark: str = "") -> ProviderHttp:
        """Calls with the key, as the place wants it; the mark goes with the key by which a call is known."""
        headers: dict[str, str] = {}
        key, options = self.connection.key, self.connection.options
        if key:
            headers |= {"api-key": key} if self.is_azure else {"Authorization": f"Bearer {key}"}
        for name, header in (("organization", "OpenAI-Organization"), ("project", "OpenAI-Project")):
            if options.get(name):
                headers[header] = str(options[name])
        if self.idempotency_key:
            headers["Idempotency-Key"] = f"{self.idempotency_key}{mark}"
        return ProviderHttp(self.connection, headers)

    def url(self, path: str) -> str:
        """Of a call, such as `chat/completions`.

        Source: Azure OpenAI in Foundry Models, REST API reference and API version lifecycle.
        """
        base, version = self.connection.base_url.rstrip("/"), self.connection.options.get("api_version")
        if not self.is_classic:
            return f"{base}/{path}" + (f"?api-version={quote(str(version))}" if version and self.is_azure else "")
        root = f"{base.removesuffix('/openai')}/openai"
        where = path if path == "models" else f"deployments/{quote(self.deployment, safe='')}/{path}"
        return f"{root}/{where}?api-version={quote(str(version or CLASSIC_VERSION))}"


@lru_cache(maxsize=256)
def _host(base_url: str) -> str:
    """Asked for many times in each call."""
    return httpx.URL(base_url).host.lower()


def openai_models(connection: Connection) -> list[str]:
    """The models' ids. Raises: `ProviderError` leaves, CC-032x."""
    place = OpenAIPlace(connection)
    listed = place.http().ask("GET", place.url("models"), TEXT_BYTES).json_object().get("data")
    models = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [name for one in models if (name := said_name(one.get("id")))]
