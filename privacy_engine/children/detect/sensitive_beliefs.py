"""What people say of sexuality, gender, faith, union and immigration, theirs or of somebody near.

Each row is a stem and a phrase, see `sensitive_phrases`.
"""

from typing import Final

_FAITH: Final = (
    r"(?:church|mormon\w*|lds|jehovah\S* \w+|jw|islam|faith|cult|religion|catholic\w*|amish"
    r"|hasidic|scientology|mosque|evangelical\w*|iglesia|secta|testigos|fe|opus dei)"
)
GENDER: Final = (
    (
        "trans|gay|bi|lesb|queer|binari|asexual|intersex",
        r"\bsoy (?:un |una )?(?:(?:hombre|mujer"
        r"|chic[oa]|persona|joven) )?(?:trans|gay|bi|bisexual|lesbiana|queer|asexual|pansexual"
        r"|intersex\w*|no binari[oa])\b|\b<rel> (?:es|is|cree que es|salio)"
        r" (?:trans|gay|bi|bisexual|lesbiana|lesbian|queer|no binari[oa]|non-?binary)\b",
    ),
    ("came out", r"\b<rel>(?: just| \w+)? came out\b(?! of)"),
    (
        "hrt|testosteron|estrogen|hormon|blockers",
        r"\b<who>\b<rest>\b(?:started|starting|on|taking)"
        r" (?:hrt|testosterone|estrogen|puberty blockers)\b|\bhormon(?:acion|arme)\b",
    ),
    ("gender|sexuality", r"\bquestioning (?:my|his|her|their) (?:gender|sexuality)\b"),
    (
        "feel like a|born in",
        r"\bdon'?t feel like a (?:boy|girl|man|woman)\b|\bborn in the wrong"
        r" body\b",
    ),
    ("me gustan", r"\bme gustan (?:los hombres|las mujeres|los chicos|las chicas)\b"),
    ("closet|armario", r"\b(?:sali|salir|salio) del (?:closet|armario)\b"),
)
FAITHS: Final = (
    (
        "left|leav|raised|grew|shunn|fellowship|excommun|quit",
        r"\b<who>(?: \w+){0,2} (?:left"
        r"|leaving|quit|raised in|raised|grew up(?: in)?|shunned by|disfellowshipped from"
        rf"|excommunicated from)(?: the| my| a| an| our)? (?:\w+ )?{_FAITH}\b(?! (?:street|parking"
        r"|hall))",
    ),
    (
        "ex-|ex ",
        r"\bi(?:'?m| am|m) an? ex[- ](?:mormon|jehovah\S* witness|jw|muslim|catholic"
        r"|evangelical|christian|amish|scientologist)\b|\bsoy ex[- ]?(?:testigo|mormon|catolic"
        r"|evangelic|musulman)\w*",
    ),
    (
        "hijab|hiyab|ramadan|shabbat|sabbath",
        r"\b(?:i|we|my \w+) (?:\w+ )?(?:wear|keep|observe|fast"
        r"|wears|keeps)(?: a| the| for| during)? (?:hijab|ramadan|shabbat|sabbath)\b"
        r"|\b(?:uso|llevo)"
        r" (?:el )?hiyab\b|\bayuno en ramadan\b",
    ),
    (
        "iglesia|religion|secta|testigos|opus",
        r"\b(?:deje|sali|me fui|abandone|expulsaron|me aleje)"
        rf"(?: de| a)?(?: la| los| el| una| mi)? {_FAITH}\b(?! (?:y (?:dobl|gir)|a pie|a las))",
    ),
)
UNIONS: Final = (
    (
        "union",
        r"\b(?:i|we)(?:'m|'ve)?(?: \w+){0,2} (?:joined|join|joining|organi[sz]\w+|started|in"
        r"|with|member of|for)(?: the| a| my| our)?(?! (?:credit|student|western|european))"
        r"(?: (?!credit|student|western|european|soviet)\w+)? union\b(?! (?:hall|street|square"
        r"|station|city|bank|pacific))|\bmy union\b",
    ),
    (
        "sindic|ugt|ccoo|cgt",
        r"\b(?:(?:estoy|soy|me|fui)(?: \w+)? )(?:afiliad[oa]|miembro|afilie"
        r"|delegad[oa]|sindicalizad[oa])(?:(?: \w+){0,2} (?:sindic\w+|ugt|ccoo|cgt))\b|\bestoy"
        r" sindicalizad[oa]\b",
    ),
)
STATUS: Final = (
    (
        "deport",
        r"\b(?:afraid|scared|fear|terrified|worried|miedo)\b<rest>\bdeport\w*"
        r"|\bdeport(?:ed|ing)? (?:me|us|my|him|her)\b|\bdeportation (?:order|hearing)\b"
        r"|\b(?:me|nos|lo|la|los)(?: van a| quieren)? deport\w+|\bdeportaron a (?:mi|my)\b",
    ),
    (
        "ice ",
        r"\bice (?:came|raid\w*|took|detained|arrested|will come|picked up|agents)\b"
        r"|\bdetained by ice\b",
    ),
    (
        "visa|green card|permit|status",
        r"\b(?:i'?m|i am|we are|fell|went) out of status\b|\b(?:my"
        r"|our|his|her) (?:work permit|tps) (?:expire[sd]|ran out|was denied|is pending)\b",
    ),
    ("border|frontera", r"\b(?:i|we) crossed the border\b|\bcruc(?:e|amos) la frontera\b"),
    (
        "residencia|visa|visado|permiso",
        r"\b(?:se (?:me|nos) (?:vencio|caduco)|me (?:negaron"
        r"|denegaron)) (?:la|el|mi) (?:residencia|visa|visado|permiso)\b",
    ),
    ("migra", r"\b(?:la migra|los de migracion)\b"),
    (
        "asilo|asylum",
        r"\b(?:pedi|pedimos|solicite|solicitamos|soy solicitante de)(?: el)? asilo\b"
        r"|\b(?:i|we)(?: \w+)? (?:applied for|seeking|claimed) asylum\b",
    ),
)
