"""What pages and answers say in Spanish to whoever asked in it; a sentence without one stays.

The key is the English sentence as it stands in the code, so that both are read side by side.
"""

from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from privacy_engine.look import spanish_parents

SPANISH = "es"
TABLE = {
    **spanish_parents.SAID,
    # Every page
    "Skip to the page": "Ir a la página",
    "Your privacy": "Su privacidad",
    "Documents": "Documentos",
    "One thing to mend": "Una cosa por arreglar",
    "things to mend": "cosas por arreglar",
    "(if you like)": "(si quiere)",
    # What was asked
    "See what you know about me": "Ver lo que saben de mí",
    "See what kinds of information you have": "Saber qué tipos de datos tienen",
    "Delete my information": "Borrar mis datos",
    "Correct something about me": "Corregir algo sobre mí",
    # The page behind the link to confirm
    "Is this you?": "¿Es usted?",
    "Somebody gave this address and asked us:": "Alguien dio esta dirección y nos pidió:",
    "They say that you asked them to act for you. They call themselves:": (
        "Dice que usted le pidió actuar en su nombre. Se presenta como:"
    ),
    "Something that only you know": "Algo que solo usted sabe",
    "Somebody else may read your mail one day. So please fill in {count} of these, as you"
    " gave it to us. We compare it with what we hold, use it for nothing else, and delete"
    " it then.": (
        "Algún día otra persona podría leer su correo. Por eso rellene {count} de estos "
        "datos, tal como nos los dio. Los comparamos con lo que tenemos, no los usamos "
        "para nada más y después los borramos."
    ),
    "at least one": "al menos uno",
    "at least two": "al menos dos",
    "at least three": "al menos tres",
    "Please fill in {count} of these.": "Rellene {count} de estos datos.",
    "Your name, as you gave it to us": "Su nombre, tal como nos lo dio",
    "A phone number that you gave us": "Un número de teléfono que nos dio",
    "Your postcode": "Su código postal",
    "The year you were born": "El año en que nació",
    "Your account number": "Su número de cuenta",
    "The number of one of your invoices": "El número de una de sus facturas",
    "Your licence number": "Su número de licencia",
    "A day on which you used our service": "Un día en que usó nuestro servicio",
    "Your signature": "Su firma",
    "Your full name, as your signature": "Su nombre completo, como firma",
    "We keep what you sign here, as a record of your request.": (
        "Guardamos lo que firma aquí, como constancia de su solicitud."
    ),
    "Please sign with your name.": "Firme con su nombre.",
    "Please tick this if it is true.": "Márquelo si es verdad.",
    "Yes, I asked for this": "Sí, lo pedí yo",
    "Yes, I asked them to": "Sí, se lo pedí yo",
    "No, it was not me": "No fui yo",
    "If you do neither, nothing of yours is shown or deleted.": (
        "Si no hace ni lo uno ni lo otro, no se muestra ni se borra nada suyo."
    ),
    "Thank you, that is noted": "Gracias, queda anotado",
    "We go on with your request": "Seguimos con su solicitud",
    "See how it stands": "Ver cómo va",
    "We compare what you wrote with what we hold. You need do nothing now: if something "
    "is missing, we write to you.": (
        "Comparamos lo que escribió con lo que tenemos. Ahora no tiene que hacer nada: si"
        " falta algo, le escribimos."
    ),
    "A person of ours looks at it now, and writes to you if we need anything else to be "
    "sure. The time for our answer keeps running.": (
        "Ahora lo mira una persona, que le escribe si hace falta algo más para estar "
        "seguros. El plazo de nuestra respuesta sigue corriendo."
    ),
    "Nothing happens": "No pasa nada",
    "The request is taken back. Nothing of yours was shown or deleted, and you need do "
    "nothing more.": (
        "La solicitud queda retirada. No se mostró ni se borró nada suyo, y no tiene que "
        "hacer nada más."
    ),
    "Look in your mail": "Mire su correo",
    "A new link is on its way to the address that the request was made with. It can take "
    "a few minutes.": (
        "Un nuevo enlace va de camino a la dirección con que se hizo la solicitud. Puede "
        "tardar unos minutos."
    ),
    "This link has run out": "Este enlace ha caducado",
    "That is no harm: your request is still open. We can send a new link to the same address.": (
        "No pasa nada: su solicitud sigue abierta. Podemos enviar un nuevo enlace a la "
        "misma dirección."
    ),
    "Send me a new link": "Enviarme un nuevo enlace",
    # The page behind the link to the answer
    "Your information": "Sus datos",
    "This is the answer to your request": "Esta es la respuesta a su solicitud",
    "a report to read, and files that other programs can open.": (
        "un informe para leer y archivos que otros programas pueden abrir."
    ),
    "Your email address": "Su dirección de correo",
    "To be sure that it is you: type the address that you used, {address}.": (
        "Para estar seguros de que es usted: escriba la dirección que usó, {address}."
    ),
    "A password for the file": "Una contraseña para el archivo",
    "Only whoever knows it can open the file then. At least {least} characters; we do not"
    " keep it, so write it down. Opening it takes a program such as 7-Zip, Keka or "
    "WinZip.": (
        "Entonces solo quien la sepa puede abrir el archivo. Al menos {least} caracteres;"
        " no la guardamos, así que apúntela. Para abrirlo hace falta un programa como "
        "7-Zip, Keka o WinZip."
    ),
    "Download my information": "Descargar mis datos",
    "Some things are never sent, even to you, such as passwords. The report says which of"
    " them we hold.": (
        "Algunas cosas no se envían nunca, ni siquiera a usted, como las contraseñas. El "
        "informe dice cuáles tenemos."
    ),
    "Your information still lies ready. We can send a new link to the same address.": (
        "Sus datos siguen preparados. Podemos enviar un nuevo enlace a la misma dirección."
    ),
    "These files are deleted": "Estos archivos están borrados",
    "We keep an answer for some weeks only. You can ask again at any time.": (
        "Solo guardamos una respuesta unas semanas. Puede volver a pedirla cuando quiera."
    ),
    "Ask again": "Pedirlo otra vez",
    "Please use at least {least} characters, or leave it empty.": (
        "Use al menos {least} caracteres, o déjelo vacío."
    ),
    "This is not the address that the request was made with.": (
        "Esta no es la dirección con que se hizo la solicitud."
    ),
}


def say(text: str, language: str, **values: object) -> str:
    """Return a sentence in a language, with what stands in braces put in."""
    said = TABLE.get(text, text) if language[:2] == SPANISH else text
    return said.format(**values) if values else said


@pass_context
def say_here(context: Context, text: str, **values: Any) -> str:
    """Return a sentence in the `language` of the page; English where the page names none."""
    return say(text, str(context.get("language") or "en"), **values)
