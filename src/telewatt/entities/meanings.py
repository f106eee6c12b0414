"""What the labels without a quantity mean: from a label to the key of its entity.

Names, units and formats stand in the label table; here is only what that table does not say.
"""

from collections.abc import Mapping
from types import MappingProxyType

from telewatt.entities.entity import Entity
from telewatt.language import Text


def _per_phase(label: str, key: str, suffix: str = "") -> dict[str, str]:
    return {f"{label}{n}{suffix}": key.format(n) for n in (1, 2, 3)}


KEYS: Mapping[str, str] = MappingProxyType(
    {
        **{"ADSC": "address", "ADCO": "address", "ADS": "address", "VTIC": "tic_version"},
        **{"DATE": "meter_time", "NGTF": "contract", "OPTARIF": "contract"},
        **{"LTARF": "tariff_text", "PTEC": "tariff_period", "NTARF": "tariff_index"},
        **{"PREF": "subscribed_kva", "ISOUSC": "subscribed_a", "PCOUP": "cut_off_kva"},
        **{"SMAXSN": "apparent_max_va", "SMAXN": "apparent_max_va"},
        **_per_phase("SMAXSN", "apparent_{}_max_va"),
        **{"SMAXSN-1": "apparent_max_yesterday_va", "SMAXN-1": "apparent_max_yesterday_va"},
        **_per_phase("SMAXSN", "apparent_{}_max_yesterday_va", "-1"),
        **{"SMAXIN": "apparent_export_max_va", "SMAXIN-1": "apparent_export_max_yesterday_va"},
        **{"CCASN": "load_curve_w", "CCASN-1": "load_curve_previous_w"},
        **{"CCAIN": "load_curve_export_w", "CCAIN-1": "load_curve_export_previous_w"},
        **_per_phase("UMOY", "voltage_{}_mean_v"),
        **_per_phase("DPM", "peak_{}_start"),
        **_per_phase("FPM", "peak_{}_end"),
        **{"STGE": "status_register", "MSG1": "message", "MSG2": "short_message"},
        **{"PRM": "delivery_point", "RELAIS": "relays"},
        **{"NJOURF": "supplier_day", "NJOURF+1": "supplier_day_tomorrow"},
        **{"PJOURF+1": "supplier_profile_tomorrow", "PPOINTE": "peak_profile"},
        **{"IMAX": "current_1_max_a", **_per_phase("IMAX", "current_{}_max_a")},
        **{"ADPS": "over_current_1_a", **_per_phase("ADIR", "over_current_{}_a")},
        **{"PMAX": "apparent_max_ever", "PEJP": "ejp_notice_min", "DEMAIN": "tempo_tomorrow"},
        **{"GAZ": "gas_dal", "AUTRE": "third_meter_dal", "HHPHC": "off_peak_schedule"},
        **{"MOTDETAT": "status_word", "PPOT": "absent_phases"},
    }
)
"""Label -> key. Any other label is unknown to homes: its key is the label in small letters."""

DIAGNOSTIC = frozenset(
    (
        *("address", "tic_version", "contract", "tariff_text", "tariff_index", "delivery_point"),
        *("relays", "supplier_day", "supplier_day_tomorrow", "off_peak_schedule", "status_word"),
        *("absent_phases", "subscribed_kva", "subscribed_a", "cut_off_kva", "message"),
        *("current_1_max_a", "current_2_max_a", "current_3_max_a", "short_message"),
    )
)
HIDDEN = frozenset(("delivery_point", "address", "tic_version", "relays", "status_word"))
"""Shown only when asked for: personal, or of no use without the specification."""
TOLD_BETTER = frozenset(
    (
        *("status_register", "meter_time", "tariff_period", "tempo_tomorrow", "ejp_notice_min"),
        *("over_current_1_a", "over_current_2_a", "over_current_3_a", "supplier_profile_tomorrow"),
        *("peak_profile", "subscribed_kva", "subscribed_a", "cut_off_kva", "contract", "address"),
        *("load_curve_previous_w", "load_curve_export_previous_w"),
    )
)
"""Labels whose meaning `telewatt.entities.situational` shows, or that are no state at all."""

SHORT: Mapping[str, Text] = MappingProxyType(
    {
        "apparent_va": Text("Apparent power", "Puissance apparente"),
        "apparent_export_va": Text("Injected apparent power", "Puissance apparente injectée"),
        "active_w": Text("Active power (estimate)", "Puissance active (estimation)"),
        "active_export_w": Text(
            "Injected active power (estimate)", "Puissance active injectée (estimation)"
        ),
        "voltage_1_v": Text("Voltage", "Tension"),
        "current_1_a": Text("Current", "Courant"),
        "current_1_max_a": Text("Maximum current", "Courant maximal"),
        "over_current_1_a": Text("Over-current", "Dépassement de courant"),
        "voltage_1_mean_v": Text("Mean voltage", "Tension moyenne"),
        "apparent_1_va": Text("Apparent power", "Puissance apparente"),
    }
)
"""Names of a single-phase meter, shorter than those of the tables."""

CLEAR: Mapping[str, Text] = MappingProxyType(
    {
        "apparent_max_va": Text("Maximum power today", "Puissance maximale aujourd'hui"),
        "apparent_max_yesterday_va": Text("Maximum power yesterday", "Puissance maximale hier"),
        "apparent_export_max_va": Text(
            "Maximum injected power today", "Puissance injectée maximale aujourd'hui"
        ),
        "apparent_export_max_yesterday_va": Text(
            "Maximum injected power yesterday", "Puissance injectée maximale hier"
        ),
        "load_curve_w": Text("Load curve", "Courbe de charge"),
        "load_curve_export_w": Text("Injection curve", "Courbe d'injection"),
        "tariff_index": Text("Tariff index", "Index tarifaire en cours"),
        "tariff_text": Text("Tariff in the supplier's words", "Tarif selon le fournisseur"),
        "supplier_day": Text("Supplier's day number", "Jour du fournisseur"),
        "supplier_day_tomorrow": Text(
            "Supplier's day number tomorrow", "Jour du fournisseur demain"
        ),
        "off_peak_schedule": Text("Off-peak schedule code", "Code des heures creuses"),
        "message": Text("Message", "Message"),
        "short_message": Text("Ultra-short message", "Message ultra-court"),
        "delivery_point": Text("Point of delivery", "Point de livraison"),
    }
)
"""Names clearer than those of the label table, which are the specification's."""

PHASED: Mapping[str, Text] = MappingProxyType(
    {
        "apparent_{}_va": Text("Phase {n} apparent power", "Phase {n} puissance apparente"),
        "voltage_{}_v": Text("Phase {n} voltage", "Phase {n} tension"),
        "current_{}_a": Text("Phase {n} current", "Phase {n} courant"),
        "apparent_{}_max_va": Text(
            "Phase {n} maximum power today", "Phase {n} puissance maximale aujourd'hui"
        ),
        "apparent_{}_max_yesterday_va": Text(
            "Phase {n} maximum power yesterday", "Phase {n} puissance maximale hier"
        ),
        "voltage_{}_mean_v": Text("Phase {n} mean voltage", "Phase {n} tension moyenne"),
        "current_{}_max_a": Text("Phase {n} maximum current", "Phase {n} courant maximal"),
        "over_current_{}_a": Text("Phase {n} over-current", "Phase {n} dépassement de courant"),
    }
)


def status_entities() -> tuple[Entity, ...]:
    """What is shown of the status register, besides what the situation tells better."""
    return (
        _problem("breaker_open", Text("Breaker open", "Organe de coupure ouvert"), "problem"),
        _problem("overvoltage", Text("Over-voltage", "Surtension"), "problem"),
        _problem("terminal_cover_open", Text("Terminal cover open", "Cache-bornes ouvert"), ""),
        _problem("clock_degraded", Text("Meter clock degraded", "Horloge dégradée"), "problem"),
        Entity("dry_contact_closed", Text("Dry contact closed", "Contact sec fermé"),
               "binary_sensor", icon="mdi:electric-switch"),
    )  # fmt: skip


def _problem(key: str, name: Text, device_class: str) -> Entity:
    return Entity(key, name, "binary_sensor", device_class=device_class, category="diagnostic")
