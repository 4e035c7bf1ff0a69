"""The example deck's pictures, drawn as SVG without text and rendered to PNG, so that no font decides their bytes."""

from __future__ import annotations

import resvg_py

INK, TEAL, PALE, AMBER, CORAL, GREEN, PLUM, PAPER, WHITE = (
    "#0F3D4A", "#14707F", "#A9CBD1", "#F2A93B", "#CF4F3A", "#3A8457", "#6C5B9E", "#F7F4EC", "#FFFFFF",
)  # fmt: skip


def render(inner: str, width: int, height: int, scale: float = 1.0) -> bytes:
    """A PNG of what stands in an SVG of width x height units; `scale` pixels for each unit."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{inner}</svg>'
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=int(width * scale), height=int(height * scale)))


def padlock(x: float, y: float, size: float, body: str, shackle: str, keyhole: str) -> str:
    """A closed padlock; x and y are its top left corner."""
    return (
        f'<g transform="translate({x} {y}) scale({size / 100})">'
        f'<path d="M26 50V32a24 24 0 0 1 48 0v18" fill="none" stroke="{shackle}" stroke-width="11"/>'
        f'<rect x="12" y="44" width="76" height="58" rx="11" fill="{body}"/>'
        f'<circle cx="50" cy="67" r="8.5" fill="{keyhole}"/><path d="M46 68h8l3 19H43z" fill="{keyhole}"/></g>'
    )


def key(x: float, y: float, size: float, color: str, turn: int = 0) -> str:
    """A key with its bow at the left."""
    return (
        f'<g transform="translate({x} {y}) rotate({turn}) scale({size / 100})" fill="{color}">'
        '<path fill-rule="evenodd" d="M24 4a22 22 0 1 1 0 44 22 22 0 0 1 0-44zm-5 14a8 8 0 1 0 0 16 8 8 0 0 0 0-16z"/>'
        '<path d="M42 21h56v10h-7v13h-9V31h-8v10h-9V31H42z"/></g>'
    )


def shield() -> bytes:
    """A shield with a padlock, two keys and a phone: the title's picture."""
    dots = "".join(f'<circle cx="{214 + 48 * i}" cy="462" r="14" fill="{WHITE}"/>' for i in range(5))
    return render(
        f'<path d="M310 40c80 52 160 70 236 74v176c0 158-96 256-236 318C170 546 74 448 74 290V114c76-4 156-22 236-74z" '
        f'fill="{WHITE}"/>'
        f'<path d="M310 74c68 42 136 58 206 64v150c0 140-82 226-206 284z" fill="{PALE}" opacity=".55"/>'
        f'<path d="M310 74c-68 42-136 58-206 64v150c0 140 82 226 206 284z" fill="{PAPER}"/>'
        + padlock(197, 132, 226, AMBER, INK, INK)
        + f'<rect x="172" y="424" width="276" height="76" rx="38" fill="{TEAL}"/>{dots}'
        + f'<g transform="translate(520 350)"><rect width="128" height="226" rx="20" fill="{INK}"/>'
        f'<rect x="10" y="12" width="108" height="202" rx="12" fill="{PAPER}"/>'
        f'<circle cx="64" cy="96" r="34" fill="{GREEN}"/>'
        f'<path d="M48 97l12 12 22-25" fill="none" stroke="{WHITE}" stroke-width="9" stroke-linecap="round" '
        f'stroke-linejoin="round"/><rect x="26" y="152" width="76" height="12" rx="6" fill="{PALE}"/>'
        f'<rect x="38" y="174" width="52" height="12" rx="6" fill="{PALE}"/></g>'
        + key(-6, 470, 168, AMBER, -24),
        660, 640, 1.6,
    )  # fmt: skip


def icon(inner: str, color: str) -> bytes:
    """A round icon."""
    return render(f'<circle cx="60" cy="60" r="58" fill="{color}"/>{inner}', 120, 120, 2.5)


def icon_guess() -> bytes:
    """Two dice."""
    pips = "".join(f'<circle cx="{x}" cy="{y}" r="4.6" fill="{CORAL}"/>' for x, y in ((41, 45), (53, 57), (65, 69)))
    return icon(
        f'<rect x="55" y="30" width="38" height="38" rx="8" fill="{WHITE}" opacity=".55" transform="rotate(14 74 49)"/>'
        f'<rect x="30" y="34" width="46" height="46" rx="9" fill="{WHITE}"/>{pips}',
        CORAL,
    )


def icon_reuse() -> bytes:
    """One key and two locks."""
    return icon(
        key(20, 24, 58, WHITE) + padlock(24, 62, 30, WHITE, WHITE, AMBER) + padlock(64, 62, 30, WHITE, WHITE, AMBER),
        AMBER,
    )


def icon_trick() -> bytes:
    """A hook with an envelope."""
    return icon(
        f'<path d="M60 14v38" stroke="{WHITE}" stroke-width="5"/><rect x="30" y="52" width="60" height="40" rx="5" '
        f'fill="{WHITE}"/><path d="M32 56l28 20 28-20" fill="none" stroke="{PLUM}" stroke-width="5"/>'
        f'<path d="M60 34a13 13 0 1 0 13 13" fill="none" stroke="{WHITE}" stroke-width="5" stroke-linecap="round"/>',
        PLUM,
    )


def icon_theft() -> bytes:
    """A screen with an open eye."""
    return icon(
        f'<rect x="24" y="30" width="72" height="50" rx="7" fill="{WHITE}"/><path d="M48 94h24M60 80v14" '
        f'stroke="{WHITE}" stroke-width="7" stroke-linecap="round"/>'
        f'<path d="M36 55q24-27 48 0-24 27-48 0z" fill="{TEAL}"/>'
        f'<circle cx="60" cy="55" r="8" fill="{WHITE}"/>',
        TEAL,
    )


def icon_check() -> bytes:
    """A tick."""
    return icon(
        f'<path d="M36 62l17 17 32-37" fill="none" stroke="{WHITE}" stroke-width="11" stroke-linecap="round" '
        'stroke-linejoin="round"/>',
        GREEN,
    )


def door() -> bytes:
    """An open door with light behind it, a padlock at its side."""
    return render(
        f'<rect width="480" height="520" rx="28" fill="{PALE}" opacity=".55"/>'
        f'<rect x="120" y="70" width="240" height="400" rx="10" fill="{INK}"/>'
        f'<rect x="138" y="88" width="204" height="382" fill="{AMBER}"/>'
        f'<path d="M138 470L342 470 420 520H60z" fill="{AMBER}" opacity=".45"/>'
        f'<path d="M138 88l120 46v366l-120-30z" fill="{TEAL}"/>'
        f'<path d="M158 136l80 28v110l-80-16z" fill="{INK}" opacity=".35"/>'
        f'<path d="M158 290l80 14v116l-80-18z" fill="{INK}" opacity=".35"/>'
        f'<circle cx="243" cy="296" r="8" fill="{AMBER}"/>'
        + padlock(340, 330, 118, WHITE, INK, TEAL)
        + key(30, 370, 92, WHITE, -18),
        480, 520, 1.6,
    )  # fmt: skip


def vault() -> bytes:
    """A safe whose drawers hold keys of many colours."""
    drawers = ""
    colors = [CORAL, AMBER, GREEN, PLUM, TEAL, CORAL, GREEN, AMBER, PLUM]
    for index, color in enumerate(colors):
        x, y = 66 + 122 * (index % 3), 66 + 122 * (index // 3)
        drawers += f'<rect x="{x}" y="{y}" width="104" height="104" rx="12" fill="{WHITE}"/>' + key(
            x + 19, y + 35, 66, color
        )
    return render(
        f'<rect x="46" y="470" width="56" height="34" rx="6" fill="{INK}"/>'
        f'<rect x="378" y="470" width="56" height="34" rx="6" '
        f'fill="{INK}"/><rect width="480" height="480" rx="34" fill="{INK}"/>'
        f'<rect x="28" y="28" width="424" height="424" '
        f'rx="20" fill="{TEAL}"/>{drawers}'
        f'<circle cx="240" cy="240" r="66" fill="{INK}"/><circle cx="240" cy="240" r="50" fill="{AMBER}"/>'
        + padlock(208, 203, 64, INK, INK, AMBER),
        480, 510, 1.6,
    )  # fmt: skip


def bait() -> bytes:
    """A laptop; on its screen a sign-in form that hangs on a fishing hook."""
    dots = "".join(f'<circle cx="{206 + 22 * i}" cy="262" r="6" fill="{INK}"/>' for i in range(5))
    return render(
        f'<rect width="480" height="470" rx="28" fill="{PALE}" opacity=".55"/>'
        f'<rect x="62" y="110" width="356" height="244" rx="16" fill="{INK}"/>'
        f'<rect x="78" y="126" width="324" height="212" '
        f'rx="6" fill="{WHITE}"/><path d="M30 354h420l-20 34H50z" fill="{TEAL}"/>'
        f'<rect x="78" y="126" width="324" height="30" fill="{PAPER}"/><circle cx="96" cy="141" r="5" fill="{CORAL}"/>'
        f'<circle cx="112" cy="141" r="5" fill="{AMBER}"/>'
        f'<rect x="130" y="133" width="200" height="16" rx="8" fill="{WHITE}"/>'
        f'<rect x="172" y="196" width="160" height="34" rx="8" fill="{PAPER}" stroke="{PALE}" stroke-width="3"/>'
        f'<circle cx="190" cy="209" r="6" fill="{PALE}"/><path d="M180 224a10 9 0 0 1 20 0z" fill="{PALE}"/>'
        f'<rect x="172" y="244" width="160" height="36" rx="8" fill="{PAPER}" stroke="{CORAL}" stroke-width="4"/>{dots}'
        f'<rect x="196" y="294" width="112" height="28" rx="14" fill="{CORAL}"/>'
        f'<path d="M354 0v236a34 34 0 0 1-68 4" fill="none" stroke="{CORAL}" stroke-width="9" stroke-linecap="round"/>'
        f'<path d="M286 240l-12 18 26-4z" fill="{CORAL}"/><circle cx="354" cy="30" r="14" fill="{AMBER}"/>',
        480, 470, 1.6,
    )  # fmt: skip
