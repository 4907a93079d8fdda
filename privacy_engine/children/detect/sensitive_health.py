"""What people say of their health, or of somebody near, often without naming any illness.

Each row is a stem and a phrase, see `sensitive_phrases`.
"""

from typing import Final

_DRUG: Final = (
    r"(?:heroin|meth|crystal meth|cocaine|crack|fentanyl|ketamine|opioids?|opiates?|oxy\w*|percs?"
    r"|percocets?|benzos?|weed|cannabis|marijuana|kratom|mdma|painkillers?|drugs|pills|porn"
    r"|cocaina|coca|marihuana|mota|heroina|cristal|metanfetaminas?|fentanilo|pastillas|drogas?"
    r"|porros?)"
)
_DRINK: Final = (
    r"(?:wine|vodka|whisk(?:e)?y|beers?|rum|gin|tequila|bourbon|liquor|vino|ron|cervezas?|whisky"
    r"|aguardiente|trago|copas)"
)
SELF_HARM: Final = (
    (
        "wish i",
        r"\bi (?:just )?wish i (?:was|were|wasn'?t|weren'?t|had never been"
        r"|hadn'?t been|was never|were never)"
        r" (?:dead|alive|born|gone)\b",
    ),
    ("better off", r"\bbetter off (?:dead|without me|if i (?:was|were) (?:dead|gone))\b"),
    ("no ", r"\bno (?:point|reason) (?:in |to )?(?:living|live|go(?:ing)? on|be(?:ing)? alive)\b"),
    ("tired of", r"\btired of (?:being alive|living(?! (?:in|at|with|near|on|so))|existing)\b"),
    (
        "wake up",
        r"\b(?:hope|wish|pray|rather|wanna|want to)\b<rest>(?:n'?t|not|never) wake up\b"
        r"(?! (?:early|at|before|so))",
    ),
    ("life", r"\b(?:take|taking|took|end|ended) (?:my|his|her|their) own life\b"),
    (
        "cut|burn|scratch|slic",
        r"\b<who>(?: \w+){0,3} (?:cut|burn|scratch|slic)\w* (?:my|his|her"
        r"|their)(?: own| \w+)? (?:arms?|wrists?|thighs?|legs?|skin|forearms?)\b"
        r"(?! (?:shaving|on (?:the|a|your)|gardening|while|hair))",
    ),
    (
        "swallow|overdos",
        r"\b<who>(?: \w+){0,2} swallow(?:ed|s) (?:a|the|\d+|all|too many|half)\b"
        r"<rest>(?:pills|tablets|bottle of|tylenol|bleach)\b",
    ),
    (
        "desaparecer",
        r"\b(?:quiero|quisiera|ganas de|deseo) desaparecer\b"
        r"(?! (?:de (?:su|la|sus|las) (?:lista|web|pagina|listas|base)))",
    ),
    ("muert", r"\b(?:quiero estar|estaria mejor|mejor|quisiera estar) muert[oa]\b"),
    ("despert", r"\bno (?:quiero|quisiera|deseo) (?:volver a )?despertar\b"),
    (
        "vida",
        r"\b(?:quitar(?:me|se)|quito|quitado) la vida\b|\b(?:la|mi) vida (?:ya )?no (?:tiene"
        r" sentido|vale)\b",
    ),
    (
        "cort",
        r"\b(?:me cort[eo]|se corta) (?:otra vez|de nuevo|anoche|ayer|cuando|a escondidas"
        r"|para (?:no )?sentir|porque)\b"
        r"(?![^.!?\n]{0,25}\b(?:llamada|conexion|luz|internet|senal|audio|pelo))",
    ),
)
VIOLENCE: Final = (
    (
        "touch|grop|fondl",
        r"\b(?:<rel>|he|she|they|someone|somebody|neighbou?r|babysitter|man)\b"
        r"(?: \w+){0,3} (?:touch|grop|fondl)\w+ (?:me|my (?:son|daughter|sister|kid))\b",
    ),
    (
        "chok|strangl|punch|slap|kick|shov|hits|beats|rape|threaten|stalk|pushe",
        r"\b(?:<rel>|he|she)(?: \w+){0,2} (?:chok(?:es|ed)|strangle[sd]|punche[sd]|slap(?:s|ped)"
        r"|kick(?:s|ed)|shove[sd]|hits|beats|rape[sd]|threatens|stalk(?:s|ed)|pushe[sd]) (?:me|us"
        r"|our kids|my (?:mom|kids|son|daughter|sister))\b(?! (?:up\b|a call|back|out|off|to))",
    ),
    ("hand", r"\b(?:lays?|laid|puts?|raise[sd]) (?:his|her|a|their) hands? (?:on|to|at) me\b"),
    (
        "afraid|scared|terrified",
        r"\b(?:afraid|scared|terrified) of (?:my (?:husband|wife|partner"
        r"|boyfriend|girlfriend|dad|father|stepdad|ex|mom|son)|him|going home)\b",
    ),
    ("restraining|protective", r"\b<who>\b<rest>\b(?:restraining|protective) order\b"),
    (
        "toc|manose|forz",
        r"\b(?:<rel>|un vecino|un hombre|el cura)(?: \w+)? (?:me|la|lo) (?:toco"
        r"|tocaba|manoseo|manoseaba|forzo)\b(?! (?:la puerta|el timbre|esperar|un|el turno))",
    ),
    (
        " me ",
        r"\b(?:<rel>|el|ella)(?: \w+){0,2} me (?:encierra|amenaza|insulta|humilla|empuja"
        r"|ahorca|estrangula|patea|abofetea|golpeaba|pegaba|viola)\b",
    ),
    ("miedo", r"\bmiedo (?:a|de) mi (?:marido|esposo|pareja|novio|padre|padrastro|ex|mujer)\b"),
    ("orden de", r"\borden de (?:alejamiento|restriccion|proteccion)\b"),
)
SUBSTANCES: Final = (
    (
        "stop|quit",
        r"\b(?:can'?t|can ?not|couldn'?t|trying to|unable to|need to|want to|have to)"
        r" (?:seem to )?(?:stop|quit) (?:gambling|betting|drinking|using(?= *(?:[.,!?]"
        r"|$|again|drugs"
        rf"))|vaping|bing\w+|snorting|(?:doing |smoking |taking |watching )?{_DRUG})\b"
        r"(?! (?:your|this|that|the)\b)",
    ),
    (
        "gambl|casino|betting|poker",
        r"\b(?:gambl\w+|betting) (?:debts?|problem|addict\w*|away)\b"
        r"|\blost (?:the|my|our) (?:rent|savings|paycheck|house|salary|mortgage)\b<rest>\b(?:gambl"
        r"\w+|betting|casino|poker|slots)\b",
    ),
    (
        "night|day|morning|evening",
        rf"\b<who>\b<rest>\b{_DRINK}\b[^.!?\n]{{0,12}}\b(?:a|every"
        r"|each|per) (?:single )?(?:night|day|evening|morning)\b",
    ),
    (
        "drink|drunk",
        r"\b<who>(?: \w+){0,2} (?:drink|drinks|drinking|drunk) (?:every (?:night|day)"
        r"|alone|before work|until (?:i|he|she)|(?:my|him|her)self|to (?:sleep|cope|forget|numb)"
        r"|in the morning|again|way too)\b(?! water| coffee| tea)",
    ),
    (
        "hooked|snort|addict|clean|using|doing|smok|off ",
        r"\b<who>\b[^.!?\n]{0,30}\b(?:hooked on"
        rf"|snort\w*|addicted to|clean (?:off|from)|using|doing|smok(?:e|es|ing)|off) {_DRUG}\b",
    ),
    ("blacked out|blackout", r"\b<who>(?: \w+){0,2} (?:blacked out|have blackouts)\b"),
    (
        "apost|apuest|ludop|casino|tragamon",
        r"\b(?:dejar|parar|dejo|deja|paro) de (?:apostar|ir al"
        r" casino|jugar (?:al casino|a las maquin\w+))\b|\bludopat\w+\b(?<!ludopatias)"
        r"|\b(?:perdi|gaste|perdio|debo)\b<rest>\b(?:casino|apuestas|apostando|tragamonedas)\b",
    ),
    (
        "noche|dia|manana",
        r"\b(?:bebo|tomo|bebe|toma|bebiendo|tomando|me tomo|se toma)\b<rest>"
        rf"\b{_DRINK}\b[^.!?\n]{{0,15}}\b(?:noches?|dias?|diari\w+|mananas?)\b",
    ),
    (
        "consum|fum|esnif|inhal|adict|enganch|dejar|meto",
        r"\b(?:consum[oe]|consumiendo|fum[oa]"
        r"|fumando|esnif[oa]|inhal[oa]|adict[oa] a|enganchad[oa] a|dejar|dejo"
        r"|meto)(?: de| a)?(?: la"
        rf"| el| las| los)? {_DRUG}\b",
    ),
)
EATING: Final = (
    (
        "self",
        r"\bmak(?:e|es|ing) (?:my|him|her)self (?:throw up|sick|vomit|puke)\b"
        r"|\bmade (?:my|him|her)self (?:throw up|vomit|puke)\b",
    ),
    ("up after", r"\b(?:throw(?:s|ing)?|threw) up after (?:\w+ )?(?:meal|dinner|lunch|eating)"),
    (
        "eat",
        r"\b<who>(?: \w+){0,2}[ ](?:haven'?t|hasn'?t|have not|has not)? ?(?:eaten|eat)"
        r" (?:properly|anything|a (?:real|full|proper) meal)\b<rest>\b(?:in|for|since)\b"
        r"|\b<who>(?: \w+){0,2} (?:stopped|quit|refuses|won'?t|refusing)(?: to)? eat(?:ing)?\b"
        r"(?! (?:at|meat|out|gluten|dairy|sugar|there|here))",
    ),
    (
        "down to|weigh",
        r"\b(?:down to|<who>(?: only| barely| now)? weighs?) \d+ ?(?:lbs?|pounds"
        r"|kilos?|kgs?)\b",
    ),
    ("lost|gained", r"\b<who>(?: \w+){0,2} (?:lost|gained) \d+ ?(?:lbs?|pounds|kilos?|kgs?)\b"),
    (
        "body|fat|calori",
        r"\b(?:hates?|disgusted by) (?:my|her|his) body\b|\bi feel (?:so )?fat\b"
        r"|\bi (?:\w+ )?count(?:ing)? (?:every |all my )?calorie",
    ),
    ("comer", r"\b(?:deje|dejo|dejado|dejando) de comer\b(?! (?:carne|gluten|fuera|azucar|pan))"),
    (
        "pes",
        r"\b(?:<rel>|comer|yo)\b<rest>\bpes[oa] (?:solo |apenas )?\d+ ?(?:kilos?|kgs?|libras)",
    ),
    (
        "kilo|libras",
        r"\b(?:baje|subi|engorde|adelgace|perdi|(?:he|ha) (?:bajado|perdido|subido))"
        r" (?:como |mas de )?\d+ (?:kilos|libras)\b",
    ),
    ("atrac", r"\batrac(?:on|ones)(?: de comida)?\b"),
    ("cuerpo", r"\b(?:odio|odia|asco|no soporto) (?:a )?(?:mi|su) cuerpo\b"),
    ("vomit", r"\b(?:me hago|me provoco|se provoca|me obligo a|se hace)(?: el)? vomit\w*\b"),
)
BODY: Final = (
    (
        "chest|heart|throat|hands",
        r"\b(?:my|his|her) (?:chest|heart|throat|hands?)(?: \w+){0,2}"
        r" (?:locks? up|locking up|tight(?:ens?|ening)?|clos(?:es|ing) up|pound(?:s|ing)?|races"
        r"|racing|shak(?:es?|ing)|trembl\w+)\b",
    ),
    ("chest", r"\bchest (?:pains?|tightness)\b"),
    (
        "breath|leave|touched|function",
        r"\b(?:i|<rel>|she|he)\b<rest>(?:can'?t|cannot|couldn'?t"
        r"|haven'?t been able to|won'?t) (?:breathe(?! laugh| from laugh)|leave (?:the|my|her|his)"
        r" (?:house|bed|bedroom|room|apartment)|be touched|function)\b",
    ),
    ("think i", r"\bthink (?:i'?m|i am) (?:dying|going (?:crazy|insane|mad|to die)|losing it)\b"),
    ("shake|shaking", r"\bi(?:'m)? (?:shake|shaking) (?:all|every|so|whenever|when)\b"),
    ("wash", r"\bwash(?:ing)? my hands (?:until|till|over and over|\d+|a hundred|constantly)"),
    (
        "crying",
        r"\bcrying (?:in (?:the|my) (?:car|bathroom|shower|toilet|office)|before (?:work"
        r"|every)|on the way)\b",
    ),
    ("intrusi", r"\bintrusive thoughts\b|\bpensamientos intrusivos\b"),
    ("doctor", r"\bmy doctor (?:doubled|upped|raised|lowered|increased|put me on|started me)\b"),
    (
        "pecho|garganta|aire|tiembl",
        r"\bme (?:cierra|aprieta|oprime|duele|va) (?:el|la) (?:pecho"
        r"|garganta|aire)\b|\bme falta el aire\b|\bme tiemblan? (?:todo|las manos|el cuerpo)\b",
    ),
    (
        "que me",
        r"\b(?:siento|creo|pienso) que me (?:voy a (?:morir|volver loc[oa])|muero)\b"
        r"(?! de\b)",
    ),
    (
        "no salgo|no puedo salir|no sale",
        r"\bno (?:salgo|sale|puedo salir) de (?:la |mi |su )?"
        r"(?:casa|cama|cuarto|habitacion)\b",
    ),
    ("manos", r"\bme lavo las manos (?:hasta|cien|todo|\d+|sin parar)"),
    ("sombras", r"\bveo sombras\b(?! en)"),
    ("cabeza", r"\bno levanto cabeza\b"),
)
CARE: Final = (
    (
        "psych|mental hosp|inpatient|hospice|residential",
        r"\b<who>\b<rest>\b(?:in|to|at|into|out of"
        r"|from|left) (?:the |a |an )?(?:psych(?:iatric)? (?:ward|unit|hospital)|mental hospital"
        r"|inpatient|hospice|residential treatment)\b",
    ),
    (
        "ingres|intern|hospitaliz",
        r"\b(?:me|lo|la|<rel> esta|estuve|estuvo) (?:ingresaron"
        r"|internaron|hospitalizaron|internad[oa]|ingresad[oa]|hospitalizad[oa])\b"
        r"(?! (?:en (?:su|la) (?:lista|base|sistema)))",
    ),
    (
        "psiquiatric",
        r"\b(?:<rel>|estuve|estoy|estuvo|sali)\b<rest>\b(?:en un|en el|al|del)"
        r" (?:hospital )?psiquiatrico\b",
    ),
    ("recet|medica|opera", r"\bme (?:recetaron|receto|medicaron|operaron|operan)\b"),
    ("pastillas", r"\bpastillas para (?:dormir|la ansiedad|los nervios|la depresion)\b"),
    ("baja", r"\bde baja (?:medica|por (?:ansiedad|depresion|estres))\b"),
)
LOSS: Final = (
    ("miscarr|abort", r"\b(?:i|we|she|<rel>)(?: \w+){0,2} miscarried\b|\byo abort[eo]\b"),
    (
        "ivf|fertil|conceive|in vitro",
        r"\b<who>\b<rest>\b(?:ivf|fertility treatments?|trying to"
        r" conceive)\b|\b(?:llevo|llevamos|tengo|tenemos|mi|nuestro)\b<rest>\b(?:tratamiento"
        r"|problemas) de fertilidad\b",
    ),
    (
        "embarazo|bebe",
        r"\bperdi(?:mos)? (?:el|mi|un|nuestro|al|a mi|a nuestro) (?:embarazo"
        r"|bebe)\b",
    ),
    (
        "duelo",
        r"\b(?:ayuda|apoyo|hablar|paso|pasando|viviendo|atravesando|proceso)(?: \w+){0,2}"
        r" duelo\b(?= por|,| *[.!?]|$| de mi| tras)|\bduelo por (?:mi|la (?:muerte"
        r"|perdida) de mi)\b",
    ),
    (
        "death|loss|dying|passing|died|passed",
        r"\b(?:can'?t|cannot|unable to|struggling to) (?:get"
        r" over|accept|cope with|move on from|process|deal with)\b<rest>\b(?:death|loss|passing)\b"
        r"|\b(?:since|after) <rel> (?:died|passed)\b<rest>\bi (?:can'?t|haven'?t"
        r"|don'?t|cry|feel)\b",
    ),
    (
        "muerte|perdida",
        r"\bno (?:puedo|logro|consigo) (?:superar|aceptar)\b<rest>\b(?:muerte"
        r"|perdida)\b",
    ),
)
GENES: Final = (
    (
        "gene|mutation|brca",
        r"\b<who>\b<rest>\b(?:carr(?:y|ies|ier)|inherited|have|has|positive)\b"
        r"<rest>\b(?:gene|mutation|brca\w*)(?! (?:therap|research|wilder))\b",
    ),
    (
        "gen |mutacion|portador|genetic",
        r"\b(?:tengo|tiene|hered[eo]|llevo) (?:el|la|una) (?:gen"
        r"|mutacion)\b|\bsoy portadora? (?:de|del)\b",
    ),
)
SHORT_NAMES: Final = (
    (
        " t",
        r"\b(?:tengo|tiene|con|sufro|sufre|padezco|mi|por) (?:un |el )?(?:toc|tlp|tept|tea|tag"
        r"|tca|tdah)\b(?! (?:con leche|verde))",
    ),
    (
        "have |has |with |my |got ",
        r"\b(?:<who>(?: \w+){0,2} (?:have|has|got)|living with) (?:ms|als"
        r"|gad|ibs|ibd|pots|pmdd|ppd|arfid|hpv|hsv|tbi|t1d)\b",
    ),
    (
        "vih|sida|epoc|ela |vph",
        r"\b(?:vivo|vive|tengo|tiene|vivimos) (?:con )?(?:el )?(?:vih|sida"
        r"|epoc|ela|vph)\b",
    ),
    (
        "blind|deaf|wheelchair",
        r"\b(?:i'm|i am|im|<rel> is) (?:(?:legally|partially|almost) )?"
        r"(?:blind|deaf|in a wheelchair)\b(?! to)",
    ),
)
