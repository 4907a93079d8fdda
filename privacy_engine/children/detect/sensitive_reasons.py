"""Why somebody seeks care: a reason is a fact of health even where it names no illness."""

import re
from typing import Final

_NO_REASON: Final = (
    r"(?:the |my |our |los |las |el |la |un |una )?(?:adults?|kids|children|couples|teens|a friend"
    r"|friend|(?:week ?day |week ?end )?(?:mornings?|afternoons?|evenings?|nights?)|week ?ends?"
    r"|week ?days?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|next (?:week|month)|telehealth"
    r"|online"
    r"|insurance|practice|directory|zoom|a while|now|free|me\b[.!?]|us\b[.!?]|\d"
    r"|lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|mananas?|tardes?|noches?"
    r"|fin(?:es)? de semana|hoy|esta semana|seguro|internet|videollamada|telefono|favor|ninos"
    r"|adultos|empezar|amig[oa])\b"
    r"|(?:my|our|mi|mis|nuestr[oa]) (?:hij[oa]s?|sobrin[oa]|niet[oa]|son|daughter|kids?|teen"
    r"|nephew"
    r"|niece|wife|husband|mom|dad|espos[oa]|mama|papa)(?: de \d+(?: anos)?)? ?(?:[.,?!]|\Z)"
)
REASON_FOR_CARE: Final = re.compile(
    r"\b(?:(?:looking|searching) for|need|want|seek(?:ing)?|would like|interested in"
    r"|help (?:me )?find(?:ing)?|find me|find|see|start(?:ing)?|try(?:ing)?|busco|buscamos"
    r"|necesito"
    r"|necesitamos|quiero|quisiera|queremos|buscando)\b"
    r"[^.!?\n]{0,60}?\b(?:therap(?:ist|y)|counsel\w+|psycholog\w+|psychiatr\w+|treatment|emdr"
    r"|cbt|dbt|rehab|terap(?:eut)?[ai]\w*|psicolog\w+|psiquiatr\w+|consejer\w+|tratamiento)\b"
    r"[^.!?\n]{0,30}?\b(?:for|because|after|about|with(?= (?:my|his|her|our|this|these|everything"
    r"|all|severe|bad))|to (?:help|deal|cope|work)|para|por|porque|sobre|de pareja|despues)\b"
    rf"(?! (?:{_NO_REASON}))"
)
CARE: Final = re.compile(
    "therap|counsel|psych|terap|psic|psiq|treat|trat|emdr|cbt|dbt|rehab|consej"
)
"""Letters without which no sentence asks for care."""
