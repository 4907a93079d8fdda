"""The words of sensitive facts, in English and Spanish, by kind of fact."""

import re
from typing import Final

_CONDITION: Final = (
    r"(?:depress(?:ion|ed)|major depressive\w*|mdd|anxiety|panic (?:attacks?|disorder)|ptsd"
    r"|c-?ptsd|ocd|adhd|add|bipolar|"
    r"schizo\w+|psychosis|psychotic|borderline|bpd|autis\w+|asperger'?s?|eating disorder"
    r"|anorexi\w+|"
    r"bulimi\w+|binge eating|dyslexia|dysphoria|insomnia|dementia|alzheimer'?s?"
    r"|parkinson(?:'?s)?|huntington(?:'?s)?"
    r"|epilep\w+|seizures?|"
    r"diabet\w+|cancer|tumou?r|leukemia|lupus|asthma|copd|hiv|aids|hepatitis|herpes|std|sti"
    r"|chlamydia|syphilis|"
    r"fibromyalgia|migraines?|heart (?:disease|failure|attack)|stroke|high blood pressure"
    r"|hypertension|"
    r"endometriosis|pcos|miscarriage|abortion|postpartum\w*|menopause|addict(?:ed|ion)"
    r"|alcoholi\w+|"
    r"substance (?:abuse|use)|overdos\w*|(?:selective )?mutism|stutter\w*|bed ?wetting"
    r"|perimenopaus\w*|arthritis|crohn'?s|celiac\w*|psoriasis|anemi[ac]|scoliosis|narcolepsy"
    r"|sleep apnea|(?:multiple )?sclerosis|cerebral palsy|kidney (?:stones|disease|failure)"
    r"|(?:down'?s?|turner'?s?|marfan|rett|irritable bowel|chronic fatigue) syndrome|gastritis"
    r"|trichotillomania|hoarding|allergic to (?:(?:tree )?nuts?|peanuts?|dairy|milk|gluten"
    r"|shellfish|penicillin|latex|bees?|eggs?|soy|pollen|aspirin|cats?|dogs?|wheat)"
    r"|(?:peanut|nut|food|latex|penicillin) allerg\w+|sindrome de \w+|mutismo|tartamud\w*"
    r"|artritis|celiac[oa]|fibromialgia|esclerosis|paralisis cerebral|perimenopausia"
    r"|alergic[oa] a(?:l| la| los| las)? (?:mani|cacahuates?|penicilina|mariscos|nuez|nueces"
    r"|lactosa|gluten|polen|latex|huevo)|"
    r"withdrawal|traumati\w+|(?:brain|head) injury"
    r"|concussion|disab(?:led|ility)|"
    r"mood disorder|personality disorder|dissociat\w+|tourette'?s?|agoraphobia|phobia|"
    r"depresion|deprimid[oa]|ansiedad|ataques? de panico|trastorno\w*|bipolaridad|esquizofrenia|"
    r"tdah|autismo|anorexia|bulimia|insomnio|demencia|epilepsia|diabetes|vih|sida|"
    r"asma|embaraz\w+|aborto|adiccion|alcoholismo|sobredosis|hipertension|migranas?"
    r"|estres postraumatico|infarto|ictus|derrame cerebral|leucemia|linfoma|hipotiroidismo|sifilis"
    r"|colitis|menopausia|dismorfia|disforia|agorafobia|paranoi\w*|crisis de (?:panico|ansiedad"
    r"|angustia)|drogadict\w+|hypothyroid\w*|hashimoto\w*|lymphoma|melanoma|long covid"
    r"|(?:body )?dysmorphi\w+|hypomani\w+|mania|manic|gonorrh\w+|tuberculosis|cirrhosis|eczema"
    r"|glaucoma|cystic fibrosis|sickle cell|vaginismus|incontinen\w+)"
)
_MEDICINE: Final = (
    r"(?:prozac|zoloft|lexapro|celexa|paxil|wellbutrin|effexor|cymbalta|xanax|ativan|klonopin"
    r"|valium|"
    r"adderall|ritalin|vyvanse|concerta|strattera|lithium|seroquel|abilify|risperdal|zyprexa"
    r"|lamictal|"
    r"depakote|trazodone|ambien|suboxone|methadone|naltrexone|buspar|buspirone|hydroxyzine"
    r"|gabapentin|"
    r"sertralin[ea]?|fluoxetin[ea]?|escitalopram|citalopram|bupropion|venlafaxin[ea]?"
    r"|duloxetin[ea]?|"
    r"alprazolam|lorazepam|clonazepam|diazepam|quetiapin[ea]?|aripiprazol[ea]?|olanzapin[ea]?"
    r"|litio|"
    r"mirtazapin[ea]?|paroxetin[ea]?|lamotrigin[ea]?|risperidon[ea]?|clozapin[ea]?|pregabalina?"
    r"|amitriptilin[ea]?|amitriptyline|propranolol|topiramato?e?|haloperidol|methylphenidate"
    r"|metilfenidato|levotiroxina|levothyroxine|ozempic|wegovy|buprenorphine|prednisone|tamoxifen"
    r"|insulina?|metformin[ae]?|lisinopril|warfarin|oxycodone|hydrocodone|fentanyl|truvada|prep\b|"
    r"ssris?|antidepressants?|antidepresivos?|antipsychotics?|mood stabilizers?"
    r"|birth control pills?)"
)
_SYMPTOM: Final = (
    r"(?:suicid\w+|kill(?:ing)? myself|end(?:ing)? my life|want(?:ed)? to die|self[- ]?harm\w*"
    r"|cut(?:ting)? myself|"
    r"hurt(?:ing)? myself|hear(?:ing)? voices|flashbacks?|nightmares|relaps\w+|purging"
    r"|vomit(?:ing)? after|"
    r"can'?t (?:sleep|eat|stop crying|get out of bed)|hallucinat\w+|"
    r"quitarme la vida|matarme|suicidi\w+|me corto|hacerme dano|no puedo dormir|escucho voces"
    r"|pesadillas|recai\w*"
    # States and habits that people name instead of an illness.
    r"|anxious|worthless|hopeless|suicidal|burn(?:ed|t) out|(?:low |no )?self[- ]?esteem|grieving"
    r"|mourning|obsessi\w+|compulsi\w+|overwhelmed|numb|(?:un)?able to cope|heart racing"
    r"|(?:my|his|her|our) (?:anger|temper|rage|drinking|gambling|weight|grief|insomnia|stress)"
    r"|gambl(?:e|es|ing)|cravings?|sober|drinks? too much|drunk (?:every|all)|bing(?:e|es|ing)"
    r"|smok(?:e|es|ing) weed|(?:do|don't|dont|can't|cant|barely|hardly) (?:sleep|eat)\b"
    r"|cr(?:y|ies|ying) (?:every|all|myself|in|for|at)|panic(?:k?ing|ked)?"
    r"|cuts? (?:my|him|her|them)sel(?:f|ves)|(?:me|se) cort[aeo]|(?:me|se) lastim[ao]"
    r"|no duerm[oe]|no com[oe]|llor[oa] (?:todo|mucho|cada)|angustiad[oa]|triste todo"
    r"|autoestima|quiero morir(?:me)?|ganas de vivir|(?:tomo|toma|bebo|bebe) (?:mucho|demasiado"
    r"|todos los dias|alcohol)|apuesto|apuestas|mi (?:ira|duelo|enojo|peso))"
)
_HARM: Final = (
    r"(?:raped|sexually (?:assaulted|abused)|molested|assaulted|abused?|abusive|beat(?:s|en)? me"
    r"|hits? me|domestic violence|violada|abusad[oa]|abuso|victima de|violencia (?:domestica"
    r"|familiar|de genero)|me (?:pega|golpea|maltrata)\w*|maltrat\w+)"
)
_BODY: Final = (
    r"(?:surgery|surgeries|chemo\w*|radiation|dialysis|transplant|chronic (?:pain|illness"
    r"|fatigue)|erectile dysfunction|infertil\w+|stillb\w+|lost (?:a|our|my|the) (?:baby"
    r"|pregnancy)|cirugia|quimio\w*|dolor cronico|perdi (?:un|mi|al|a mi) bebe|diabetic[oa]?s?"
    r"|alcoholic[oa]s?|adict[oa]s?|esquizofrenic[oa]|bipolar|discapacidad)"
)
_PERSON: Final = (
    r"(?:(?<![\w'])(?:i|i'm|im|i've|ive|i'd|me|my|mine|we|we're|our|he|he's|she|she's|his|her"
    r"|they|their|"
    r"yo|mi|mis|soy|estoy|tengo|tuve|padezco|sufro|tomo|me|nos|nuestr[oa]|tiene|padece|sufre"
    r"|toma|su|vivo|vive|ando|anda|llevo|lleva|estuve|fui|nos)(?![\w'])"
    r"|\b(?:diagnosed|diagnosticad[oa]|diagnosticaron|patient|paciente|client)\b)"
)
PERSON_BEFORE: Final = re.compile(rf"{_PERSON}[^.!?\n]{{0,70}}\Z")
"""Somebody must stand before a condition in its sentence: "depression" alone is a topic."""
HEALTH: Final = re.compile(
    rf"\b(?P<fact>{_CONDITION}|{_MEDICINE}|{_SYMPTOM}|{_HARM}|{_BODY})(?![\w-])"
    r"(?! (?:groups?|specialist|counselor|training|awareness|center|clinic|certif\w+|workshop"
    r"|course|newsletters?|articles?|blog|posts?|podcasts?|webinars?|talks?|events?|videos?"
    r"|emails?"
    r"|ads?|books?|page|quiz|filter|category|listing|resources?|section|topic|prevention|hotline"
    r"|program|services?|treatment (?:center|program)))"
)
OWN_HEALTH: Final = re.compile(
    r"(?P<fact>\b(?:my|our|his|her) (?:anger|temper|rage|drinking|gambling|weight|grief|insomnia"
    r"|stress|panic|anxiety|depression|trauma|addiction)\b"
    r"|\bno (?:duerm|com)[oe] (?:desde|bien|nada|hace|en)\b|\bllor[oa] (?:todo|mucho|cada)\b"
    r"|\bperdi (?:un|mi|al|a mi) bebe\b|\bfui (?:victima|abusad[oa]|violad[oa])\b"
    r"|\b(?:me|se) cort[ao] (?:los|las|el|la|con|en)\b)"
)
"""Words that say by themselves whose health they speak of."""
PLIGHT: Final = re.compile(
    # What nobody says but of themselves, and often without any "I".
    r"(?P<fact>\b(?:do ?n'?t|do not) want to (?:be here|be alive|live|exist|wake up)"
    r"(?: any ?more| any longer)?\b(?! (?:with|in|on|near|there|at|under))"
    r"|\bwant(?:ed)? to die\b|\b(?:kill|hurt|harm|cut)(?:ting|ing)? myself\b"
    r"|\bend(?:ing)? my life\b"
    r"|\b(?:been|started|keep|kept|stop) cutting\b(?! (?:back|down|costs?|corners|it\b|class|the\b"
    r"|out|off|ties|my (?:hours|budget|grass|hair|spending)|carbs|sugar|hair|wood))"
    r"|\b(?:can'?t|can ?not) (?:stop crying|get out of bed|stop (?:drinking|using|purging))\b"
    r"|(?:\A|[.!?\n] *|\bi(?:'ve| have|'m| am)? )(?:been |was |keep )?feel(?:ing)? (?:\w+ ){0,3}"
    r"(?:low|hopeless|empty|numb|worthless|depressed|anxious|suicidal|so sad|very sad)\b"
    r"|\bbecause of (?:the|my|his|her) (?:drinking|drugs|pills|gambling|using)\b"
    r"|\b(?:blood pressure|glucose|blood sugar|a1c|cholesterol|presion|glucosa"
    r"|azucar)\b[^.!?\n]{0,12}\d"
    r"|\b(?:ya )?no quiero (?:seguir )?viv\w+|\b(?:me )?quiero morir(?:me)?\b(?! de (?:risa"
    r"|hambre))"
    r"|\bsin ganas de vivir\b|\bno (?:paro|dejo) de llorar\b|\bllor[oa] (?:por|sin)\b"
    r"|\bno puedo (?:parar de llorar|dejar de (?:llorar|beber|tomar|comer)|levantarme|respirar)\b"
    r"|\bme cuesta (?:levantarme|dormir|comer|respirar|salir|vivir)\b"
    r"|\b(?:oigo|escucho|oye|escucha) voces\b"
    r"|\b(?:sin|deje de|dejar de|no puedo dejar de) (?:beber|drogarme|consumir|fumar"
    r"|tomar alcohol)\b"
    r"|\bvomito (?:despues|todo|lo que)\b|\bme provoco el vomito\b"
    r"|\b(?:abus(?:o|aron|aba) de (?:mi|ella|el)|me viol(?:o|aron|aba)|me (?:tocaba|manoseaba"
    r"|manoseo))\b)"
)
ELIDED: Final = re.compile(
    r"(?:\A|[.!?\n] *)(?:(?:had|have|got|been|a|an|my|the|chronic|severe|bad|really|still|another"
    r"|having|tuve|con) ){0,3}\Z"
)
"""Before a condition at the head of a sentence that leaves its "I" out ..."""
GOES_ON_OWN: Final = re.compile(
    r"[^.!?\n]{0,60}\b(?:my|me|i|i'm|i've|since|whenever|from (?:my|the|two|three|a)|mi|desde"
    r"|haven't)\b"
    r"|, (?:exhausted|tired|scared|alone|insomnia|ptsd|fibromyalgia|migraines?|depress\w+|anxi\w+)"
)
"""... and what shows behind it that it is somebody's own."""
_THING: Final = (
    r"(?:internet|wi-?fi|connection|site|website|web ?page|page|app|server|search|checkout|phone"
    r"|computer|laptop|printer|code|weather|software|market|economy|traffic|spreadsheet|calendar"
    r"|servidor|pagina|sitio|aplicacion|celular|compu\w*|clima|mercado|prices?|hike|fees?|invoice"
    r"|form|captcha|logo|keyboard|login|precios?|factura|formulario|trafico)"
)
_ANIMAL: Final = (
    r"(?:cats?|kitten|dogs?|puppy|horse|hamster|rabbit|parrot|bird|hen|pony|goldfish|gat[oa]s?"
    r"|gatit[oa]|perr[oa]s?|perrit[oa]|cachorr[oa]|caballo|conejo|loro|mascota|yegua)"
)
FIGURATIVE_BEFORE: Final = re.compile(
    # Not where a person comes in between: "my dog died and I am depressed".
    rf"\b(?:{_THING}|{_ANIMAL})\b"
    r"(?:(?!(?<![\w'])(?:i|i'm|im|i've|my|me and|yo|estoy|tengo|soy|mi|ando)(?![\w']))"
    r"[^.!?\n]){0,30}\Z"
)
FIGURATIVE_AFTER: Final = re.compile(
    r" about (?!my\b|it\b|everything|germs|clean|wash|death|hurt)"
    r"|(?<=addicted) to (?:your|this|that|the (?:show|podcast|blog|book|app|game)|coffee"
    r"|chocolate|podcasts?|books?)\b"
    r"|(?<=adict[oa]) (?:al?|a la|a los|a las|a sus?|a tus?|a est[ea]) (?:podcasts?"
    r"|blog|pagina|app"
    r"|boletin|cafe|chocolate|series?|articulos?|videos?|contenido|libros?|musica|canal|tele)\b"
    r"|(?<=overwhelmed) (?:by|with) (?:choices|choice|options|emails?)"
    r"|(?<=depressed) (?:keys?|buttons?|markets?|econom\w+|areas?|prices)\b"
    r"|(?<=cort[aeo]) (?:la (?:llamada|luz|senal|conexion|barba)|el (?:pelo|cabello|internet|audio"
    r"|dedo|agua|video)|las unas)\b"
)
IDIOM: Final = re.compile(
    r"\b(?:gave|gives?|giving|almost had|nearly had|dio|da|dan|dieron|va a dar) (?:me "
    r"|us )?(?:an? "
    r"|un )?(?:mini )?(?:heart attack|stroke|infarto|ictus)\Z"
)
"""Idioms: "my internet is bipolar", "OCD about fonts", "the price gave me a heart attack"."""
DIAGNOSIS: Final = re.compile(
    r"\b(?P<fact>(?:was|were|am|been|is|just|got|recently|newly) diagnosed (?:with|as)\b"
    r"|diagnosis (?:is|of|was)\b|"
    r"(?:me|le|lo|la) diagnosticaron|(?:fui|fue|estoy|esta) diagnosticad[oa]|(?:mi"
    r"|su) diagnostico\b|"
    r"(?:i|he|she|we) (?:am |is |was |were )?(?:prescribed|hospitali[sz]ed"
    r"|admitted to (?:the )?(?:psych|hospital|rehab)\w*)|"
    r"(?:i'm|im|i am|he is|she is|she's|he's|been) (?:on|taking|off) (?:my |his |her )?(?:meds"
    r"|medication|\d+ ?mg)|"
    r"\d+ ?mg of \w+|(?:tomo|toma|tomando) (?:medicamento|medicina|pastillas|\d+ ?mg)\w*|"
    r"(?:i'm|im|i am|she's|she is) (?:\d+ |\w+ )?(?:weeks? |months? )?pregnant|(?:weeks"
    r"|months) (?:pregnant|postpartum)|"
    r"my (?:psychiatrist|surgery|chemo\w*|rehab|sobriety|meds|medication|prescription|symptoms)|"
    r"(?<!people )(?<!clients )(?<!patients )(?<!veterans )(?<!adults )in (?:rehab|detox"
    r"|recovery)\b|(?:days|weeks|months|years) (?:sober|clean)|inner (?:rage"
    r"|demons)|"
    r"mi (?:psiquiatra|cirugia|quimioterapia|medicamento|sobriedad))"
)
_NO_REASON: Final = (
    r"(?:the |my |our |los |las |el |la |un |una )?(?:adults?|kids|children|couples|teens|a friend"
    r"|friend|(?:week ?day |week ?end )?(?:mornings?|afternoons?|evenings?|nights?)|week ?ends?"
    r"|week ?days?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|next (?:week|month)|telehealth"
    r"|online"
    r"|insurance|practice|directory|zoom|a while|now|free|me\b[.!?]|us\b[.!?]|\d"
    r"|lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|mananas?|tardes?|noches?"
    r"|fin(?:es)? de semana|hoy|esta semana|seguro|internet|videollamada|telefono|favor|ninos"
    r"|adultos|empezar|amig[oa])\b"
)
REASON_FOR_CARE: Final = re.compile(
    r"(?P<fact>\b(?:(?:looking|searching) for|need|want|seek(?:ing)?|would like|interested in"
    r"|help (?:me )?find(?:ing)?|"
    r"find me|find|see|start(?:ing)?|try(?:ing)?|busco|buscamos|necesito|necesitamos|quiero"
    r"|quisiera|queremos|buscando)\b"
    r"[^.!?\n]{0,60}?\b(?:therap(?:ist|y)|counsel\w+|psycholog\w+|psychiatr\w+|treatment|emdr"
    r"|cbt|dbt|rehab|"
    r"terap(?:eut)?[ai]\w*|psicolog\w+|psiquiatr\w+|consejer\w+|tratamiento)\b"
    r"[^.!?\n]{0,30}?\b(?:for|because|after|about|with(?= (?:my|his|her|our|this|these|everything"
    r"|all|severe|bad))|to (?:help|deal|cope|work)|para|por"
    r"|porque|sobre|de pareja|despues)\b"
    rf"(?! (?:{_NO_REASON})))"
    rf"|(?P<named>\b(?:therapist|therapy|counsel\w+|psycholog\w+|psychiatrist|terapeuta|terapia"
    rf"|psicolog\w+|help|ayuda) (?:for|with|para|con)(?: (?:my|his|her|mi|la|el|severe|bad))*"
    rf" (?:{_CONDITION}|{_HARM}|{_BODY}))\b"
    r"|(?P<bond>\b(?:our|my) (?:marriage|relationship) (?:is|has|in|falling|fell|ended)\b"
    r"|\b(?:mi|nuestro) matrimonio (?:esta|se)\b)"
    r"|(?P<care>\b(?:couples?|marriage|marital|grief|trauma|family|addiction|bereavement"
    r"|divorce|anger management|"
    r"sex|infertility) (?:therap\w+|counsel\w+)\b|\bterapia (?:de pareja|familiar|de duelo"
    r"|matrimonial)\b)"
)
RELIGION: Final = re.compile(
    r"(?P<fact>(?<![\w'])(?:i'?m|i am|we are|we're|as an?|my (?:family|husband|wife|parents"
    r"|son|daughter) (?:is|are)|raised|soy|somos|he is|she is|"
    r"he's|she's|i was raised|converted to|practicing|devout)(?: (?:an?|very|also|a devout"
    r"|a practicing|un|una|muy|now|proud|ex-?))* "
    r"(?:muslim|christian|catholic|jewish|jew|hindu|buddhist|mormon|lds|sikh|atheist|agnostic"
    r"|jehovah'?s witness|"
    r"evangelical|baptist|orthodox|pagan|wiccan|scientologist|islam|judaism|"
    r"catolic[oa]s?|cristian[oa]s?|musulman(?:a|es|as)?|judi[oa]s?|evangelic[oa]s?"
    r"|testigos? de jehova|ate[oa]s?|mormon(?:a|es|as)?)\b"
    r"(?! (?:counsel\w*|center|practice|therap\w*|clinic|organi[sz]ation|ministry|school|group"
    r"|bookstore|based)))"
    r"|(?P<practice>\bmy (?:church|mosque|synagogue|temple|imam|rabbi|pastor|priest|faith"
    r"|religion)\b|"
    r"\bmi (?:iglesia|mezquita|sinagoga|pastor|religion|fe)\b)"
)
ORIENTATION: Final = re.compile(
    r"(?P<who>(?:\A|[.!?\n] *)(?:trans|gay|lesbian|bisexual|queer|non-?binary) (?:guy|man|woman"
    r"|girl|boy|male|female|teen|person|parent|couple)(?= ?(?:,|\(|here|in|seeking|looking"
    r"|needing)))|"
    r"(?P<fact>(?<![\w'])(?:i'?m|i am|we are|we're|as an?|my (?:\w+) (?:is|are)"
    r"|came out(?: to \w+ \w+)? as|coming out as|identify as|think i'?m|soy|"
    r"me identifico como|he is|she is|he's|she's|they are)(?: (?:an?|also|probably|maybe"
    r"|openly|un|una|proud))* "
    r"(?:gay|lesbian|bi|bisexual|pansexual|pan|queer|asexual|trans|transgender|nonbinary"
    r"|non-binary|genderfluid|homosexual|lgbtq?\w*|"
    r"lesbiana|transexual|no binari[oa])\b)"
    r"|(?P<life>\b(?:my (?:sexuality|sexual orientation|gender identity|transition|sex life)"
    r"|attracted to (?:men|women|girls|boys|the same sex)|"
    r"came out (?:to|last|in)|coming out to my|i (?:think i )?like girls and boys"
    r"|mi (?:sexualidad|orientacion sexual|identidad de genero|vida sexual)|"
    r"sali del closet)\b)"
)
IMMIGRATION: Final = re.compile(
    r"(?P<fact>\b(?:undocumented|without papers|no papers|(?:my|his|her|our|their) (?:visa"
    r"|green ?card|asylum|immigration (?:case|status|hearing)|deportation|"
    r"citizenship|work permit|daca)|i(?:'m| am) (?:on )?(?:an? )?(?:daca|asylum seeker|refugee"
    r"|h-?1b|f-?1|overstayed)|overstayed (?:my|his|her) visa|"
    r"(?:being|got|was|were|be) deported|daca recipient|dreamer status|"
    r"indocumentad[oa]s?|sin papeles|no tengo papeles|(?:mi|su) (?:visa|asilo"
    r"|estatus migratorio|caso de inmigracion|deportacion|ciudadania|residencia permanente)|"
    r"pedi asilo|(?:me|lo|la) deportaron|soy refugiad[oa])\b)"
)
ETHNICITY: Final = re.compile(
    r"(?P<fact>(?<![\w'])(?:i'?m|i am|we are|as an?|soy|somos)(?: (?:an?|also|un|una))* "
    r"(?:black|[a-z]+[- ]american(?! (?:express|airlines|company|clinic|practice))|latin[oax]s?"
    r"|hispanic|hispan[oa]s?|asian(?:[- ]american)?|native american"
    r"|indigenous|biracial|mixed race|"
    r"middle eastern|arab|pacific islander|afro\w*|indigenas?|negr[oa]s?"
    r"|mestiz[oa]s?)\b(?! (?:belt"
    r"|sheep|hole|out)))"
)
UNION: Final = re.compile(
    r"(?P<fact>\b(?:i(?:'m| am) (?:in|a member of) (?:a|the|my) (?:\w+ )?union|my union (?:rep"
    r"|steward|dues)|union member(?:ship)?|"
    r"(?:mi|del) sindicato|soy sindicalista)\b)"
)
SSN: Final = re.compile(
    r"(?<![\d-])(?P<fact>(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4})(?![\d-])"
    r"|\b(?:ssn|social security(?: (?:number|no\.?|#))?|seguro social"
    r"|numero de seguro)\b[^\d\n]{0,20}(?P<bare>\d{9}|\d{3}[- .]\d{2}[- .]\d{4})(?!\d)"
)
CARD: Final = re.compile(r"(?<![\d-])(?P<fact>\d(?:[ -]?\d){12,18})(?![\d-])")
ACCOUNT: Final = re.compile(
    r"(?P<fact>\b(?:(?:bank )?account|acct|routing|iban|cuenta(?: bancaria)?"
    r"|clabe)(?: (?:number|no|num|#|is|es|numero))*[ :#.]*\d[\d -]{5,24}\d"
    r"|\b(?:password|passcode|pin|contrasena|clave)(?: (?:is|es))?[ :=]{1,3}(?!reset|is\b|on\b"
    r"|to\b|and\b|for\b|page|was|not\b|doesn)\S*\d\S*)"
)
IDENTITY_DOCUMENT: Final = re.compile(
    r"(?P<fact>\b(?:passport|driver'?s? licen[sc]e|state id|license number|medicare"
    r"|medicaid|medi-cal|pasaporte"
    r"|licencia de conducir)(?: (?:number|no|num|#|is|es"
    r"|numero))*[ :#.]*(?:[a-z]{0,2}\d{6,9}"
    r"|\d[a-z][a-z0-9]\d-?[a-z][a-z0-9]\d-?[a-z]{2}\d{2})\b)"
)
LOCATION: Final = re.compile(
    r"(?P<fact>(?<![\d.])-?\d{1,2}\.\d{4,}\u00ba?\s*[ns]?\s*[,;]"
    r"\s*-?\d{1,3}\.\d{4,}\u00ba?(?![\d.]))"
)
