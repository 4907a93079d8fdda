"""What the pages of a parent who is asked say in Spanish."""

SAID = {
    "your child": "su hijo o hija",
    "Information about your child": "Los datos de su hijo o hija",
    "Please answer by": "Responda, por favor, a más tardar el",
    "in {days} days": "dentro de {days} días",
    "today": "hoy",
    "tomorrow": "mañana",
    "May we keep something of {child}?": "¿Podemos guardar algo de {child}?",
    "Your child, who is under 13, used our site. We delete what your child gave us, here and in "
    "every place where we work, and use none of it.": (
        "Su hijo o hija, de menos de 13 años, usó nuestro sitio. Borramos lo que nos dio, aquí y "
        "en todos los lugares donde trabajamos, y no usamos nada de ello."
    ),
    "We keep only the names and addresses that we need to ask you this; we have them from your "
    "child, or from somebody who told us of your child.": (
        "Solo guardamos los nombres y las direcciones que hacen falta para preguntarle esto; nos "
        "los dio su hijo o hija, o alguien que nos habló de él o ella."
    ),
    "Until you answer we also keep, sealed and for nothing else, what those places are searched "
    "by, such as an account number: without your yes we search them all once more.": (
        "Hasta que usted responda guardamos también, bajo sello y para nada más, aquello por lo "
        "que se busca en esos lugares, como un número de cuenta: sin su sí los revisamos todos "
        "una vez más."
    ),
    "Without your yes we collect and use nothing.": "Sin su sí no recogemos ni usamos nada.",
    "Who works for us and could get it:": "Quién trabaja para nosotros y podría recibirlos:",
    "Others, for purposes of their own and only if you allow that apart:": (
        "Otros, para sus propios fines y solo si usted lo permite aparte:"
    ),
    "nobody at present": "por ahora, nadie",
    "The whole notice:": "El aviso completo:",
    "If we hear nothing in time, we delete the names and addresses too.": (
        "Si no sabemos nada a tiempo, borramos también los nombres y las direcciones."
    ),
    "What we may do": "Qué podemos hacer",
    "May anything be passed on to others?": "¿Podemos dar algo a otros?",
    "You can leave all of these empty and still allow what is above.": (
        "Puede dejar todo esto vacío y permitir lo de arriba."
    ),
    "May it be used to train artificial intelligence?": (
        "¿Puede usarse para entrenar inteligencia artificial?"
    ),
    "Nothing else depends on this.": "Nada más depende de esto.",
    # How a parent shows that they are one
    "How do you show that you are the parent?": (
        "¿Cómo muestra que es el padre, la madre o quien tiene la tutela?"
    ),
    "If you allow that anything is passed on or used for training, an e-mail or a text is not "
    "enough.": (
        "Si permite que algo se dé a otros o se use para entrenar, no basta un correo ni un "
        "mensaje de texto."
    ),
    "Sign a form": "Firmar un formulario",
    "Print it, sign it, and send a photo or scan of it.": (
        "Imprímalo, fírmelo y envíe una foto o una copia escaneada."
    ),
    "Use a bank or credit card": "Usar una tarjeta de banco o de crédito",
    "You are sent to a company that checks it; we never see it.": (
        "Va a una empresa que la comprueba; nosotros no la vemos nunca."
    ),
    "Call us": "Llamarnos",
    "A trained person answers.": "Responde una persona formada para ello.",
    "A video call": "Una videollamada",
    "We arrange one with you.": "La acordamos con usted.",
    "Come and see us": "Venir a vernos",
    "At our address, below.": "En nuestra dirección, abajo.",
    "Show an identity card": "Mostrar un documento de identidad",
    "To a company that checks it and then deletes it.": (
        "A una empresa que lo comprueba y después lo borra."
    ),
    "Answer questions": "Responder preguntas",
    "Only an adult could answer them.": "Solo una persona adulta podría responderlas.",
    "Show your face and an identity card": "Mostrar su cara y un documento de identidad",
    "To a company that deletes both after the check.": (
        "A una empresa que borra ambas cosas después de comprobarlas."
    ),
    "By e-mail": "Por correo electrónico",
    "We send you a second letter with a button to press.": (
        "Le enviamos una segunda carta con un botón para pulsar."
    ),
    "By text message": "Por mensaje de texto",
    "We send you a text with a link to press.": "Le enviamos un mensaje con un enlace.",
    "Your own name": "Su propio nombre",
    "We keep it with your answer.": "Lo guardamos con su respuesta.",
    "Allow what I ticked": "Permitir lo que marqué",
    "Say no": "Decir que no",
    "We delete what is left, your address too. You need give no reason.": (
        "Borramos lo que queda, también su dirección. No tiene que dar ningún motivo."
    ),
    "No, delete everything": "No, borren todo",
    # The next step
    "One more step": "Un paso más",
    "Your form has arrived": "Su formulario ha llegado",
    "That did not show that you are the parent": (
        "Eso no mostró que usted es el padre, la madre o quien tiene la tutela"
    ),
    "A person looks at it. You get a letter when your answer counts. You can send a better one "
    "below.": (
        "Una persona lo mira. Recibirá una carta cuando su respuesta valga. Abajo puede enviar "
        "uno mejor."
    ),
    "Open the form and print it.": "Abra el formulario e imprímalo.",
    "Sign it.": "Fírmelo.",
    "Take a picture of it or scan it, and send it here.": (
        "Hágale una foto o escanéelo, y envíelo aquí."
    ),
    "The signed form": "El formulario firmado",
    "A PDF, JPEG or PNG of at most 5 MB.": "Un PDF, JPEG o PNG de 5 MB como máximo.",
    "Send the form": "Enviar el formulario",
    "Or send it by post to the address below, with the number {case} on it.": (
        "O envíelo por correo postal a la dirección de abajo, con el número {case}."
    ),
    "We have sent you a second message. Your answer counts once you press the button in it.": (
        "Le hemos enviado un segundo mensaje. Su respuesta vale cuando pulse el botón que lleva."
    ),
    "You can try again, or choose another way.": "Puede intentarlo otra vez o elegir otra manera.",
    "You are sent to a company that checks that you are an adult. It tells us yes or no, and "
    "nothing else.": (
        "Va a una empresa que comprueba que usted es una persona adulta. Nos dice sí o no, y "
        "nada más."
    ),
    "Go to the check": "Ir a la comprobación",
    "On the way to the check": "De camino a la comprobación",
    "You are sent to the company that checks. If nothing happens:": (
        "Va a la empresa que comprueba. Si no pasa nada:"
    ),
    "Please call us, free of charge:": "Llámenos, gratis:",
    "Please write to us when a video call suits you: the address is below.": (
        "Escríbanos cuándo le viene bien una videollamada: la dirección está abajo."
    ),
    "Please come to our address, below.": "Venga a nuestra dirección, abajo.",
    "Tell us the number": "Díganos el número",
    "Choose again": "Elegir otra vez",
    # How it ended
    "It is deleted": "Está borrado",
    "We deleted what we had of your child, and your own name and address, and searched again.": (
        "Borramos lo que teníamos de su hijo o hija, y también el nombre y la dirección de usted, "
        "y buscamos otra vez."
    ),
    "A person has looked at it": "Una persona lo ha mirado",
    "We came to think that this is nobody under 13. If we are wrong, please write to us: the "
    "address is below.": (
        "Creemos ahora que no se trata de nadie de menos de 13 años. Si nos equivocamos, "
        "escríbanos: la dirección está abajo."
    ),
    "Your permission rests": "Su permiso está en pausa",
    "Somebody else who says that they are a parent told us of your child. So nothing of your "
    "child is used or collected now. A person looks at it: either you are asked again, or "
    "everything is deleted.": (
        "Otra persona, que dice ser el padre o la madre, nos habló de su hijo o hija. Por eso "
        "ahora no se usa ni se recoge nada. Una persona lo mira: o se le pregunta a usted otra "
        "vez, o se borra todo."
    ),
    "Your permission has ended": "Su permiso ha terminado",
    "Nothing of your child is used or collected any more. What we held is being deleted "
    "everywhere, and then we search again.": (
        "Ya no se usa ni se recoge nada de su hijo o hija. Lo que teníamos se está borrando en "
        "todas partes, y después buscamos otra vez."
    ),
    "We are deleting it": "Lo estamos borrando",
    "Everything that is left, your name and address too. Nothing is used or collected.": (
        "Todo lo que queda, también su nombre y su dirección. No se usa ni se recoge nada."
    ),
    # The second step, and the form on paper
    "Confirm what you allowed": "Confirme lo que permitió",
    "For your child, from the moment you press the button:": (
        "Para su hijo o hija, desde que pulse el botón:"
    ),
    "You can take it back at any time: the message that follows holds the way to your page.": (
        "Puede retirarlo cuando quiera: el mensaje que sigue lleva a su página."
    ),
    "I am the parent, and I allow this": (
        "Soy el padre, la madre o quien tiene la tutela, y lo permito"
    ),
    "Consent of a parent or guardian": "Permiso del padre, de la madre o de quien tiene la tutela",
    "To {controller}, about case": "A {controller}, sobre el caso",
    "I am the parent or guardian of this child, who is under 13. I have read the notice. "
    "I allow:": (
        "Soy el padre, la madre o quien tiene la tutela de esta persona, que tiene menos de 13 "
        "años. He leído el aviso. Permito:"
    ),
    "nothing yet: choose first": "nada todavía: elija primero",
    "I do not allow:": "No permito:",
    "I can take this back at any time. I declare under penalty of perjury under the laws of the "
    "State of California that I am the parent or guardian and that this is true.": (
        "Puedo retirarlo cuando quiera. Declaro bajo pena de perjurio según las leyes del estado "
        "de California que soy el padre, la madre o quien tiene la tutela y que esto es verdad."
    ),
    "Name": "Nombre",
    "Place and day": "Lugar y fecha",
    "Signature": "Firma",
    "Print this page with your browser. Send it as a picture or scan on the page that led here, "
    "or by post to {whom}.": (
        "Imprima esta página con su navegador. Envíela como foto o copia escaneada en la página "
        "que la trajo aquí, o por correo postal a {whom}."
    ),
    # What is missing
    "Choose how you show that you are the parent.": (
        "Elija cómo muestra que es el padre o la madre."
    ),
    "Type your name: the consent is yours.": "Escriba su nombre: el permiso lo da usted.",
    "Choose at least one thing that you allow, or say no.": (
        "Elija al menos una cosa que permite, o diga que no."
    ),
    "Choose the file with the signed form.": "Elija el archivo con el formulario firmado.",
    "A message alone is not enough where anything is passed on or used for training; choose "
    "another way to show that you are the parent.": (
        "Un mensaje solo no basta donde algo se da a otros o se usa para entrenar; elija otra "
        "manera de mostrar que es el padre o la madre."
    ),
    # The page after the permission
    "Saved.": "Guardado.",
    "It holds from now on.": "Vale desde ahora.",
    "What we hold of {child}": "Lo que tenemos de {child}",
    "In our own records": "En nuestros propios registros",
    "Texts that were shown": "Textos que se mostraron",
    "Choices your child made; yours count instead": (
        "Lo que eligió su hijo o hija; ahora vale lo que usted elija"
    ),
    "What was said about age": "Lo que se dijo de la edad",
    "What somebody told us about age": "Lo que alguien nos contó de la edad",
    "Messages": "Mensajes",
    "Records that were made": "Registros que se hicieron",
    "Notes of who was told, such as a company asked to delete": (
        "Notas de a quién se avisó, como una empresa que debe borrar"
    ),
    "Letters to you": "Cartas a usted",
    "the newest of": "lo último del",
    "Only the names and addresses of this page, and your answer.": (
        "Solo los nombres y las direcciones de esta página, y su respuesta."
    ),
    "In the places where we work": "En los lugares donde trabajamos",
    "cannot be looked into from here": "no se puede mirar desde aquí",
    "nothing": "nada",
    "record": "registro",
    "records": "registros",
    "1 more may be about somebody else and is not shown: write to us if you miss something": (
        "1 más puede ser de otra persona y no se muestra: escríbanos si echa algo en falta"
    ),
    "{count} more may be about somebody else and are not shown: write to us if you miss "
    "something": (
        "{count} más pueden ser de otra persona y no se muestran: escríbanos si echa algo en falta"
    ),
    "Take a copy": "Llevarse una copia",
    "Your telephone number": "Su número de teléfono",
    "To be sure that it is you: type the number that we reach you by.": (
        "Para saber que es usted: escriba el número en el que le encontramos."
    ),
    "To be sure that it is you: type the address that our letters go to, {address}.": (
        "Para saber que es usted: escriba la dirección a la que van nuestras cartas, {address}."
    ),
    "Download everything": "Descargar todo",
    "Change what you allow": "Cambiar lo que permite",
    "Save what I allow": "Guardar lo que permito",
    "Take it back": "Retirarlo",
    "From that moment nothing is collected or used. As there is nothing left to keep it for, we "
    "delete what we hold everywhere, and search again.": (
        "Desde ese momento no se recoge ni se usa nada. Como ya no hay para qué guardarlo, "
        "borramos en todas partes lo que tenemos, y buscamos otra vez."
    ),
    "Take my permission back": "Retirar mi permiso",
    "Delete everything": "Borrar todo",
    "We delete what we hold, here and at those who work for us. Your permission ends with it, "
    "and we delete your own address too.": (
        "Borramos lo que tenemos, aquí y en quienes trabajan para nosotros. Con ello termina su "
        "permiso, y borramos también su propia dirección."
    ),
    "This is not the address or number that we reach you by.": (
        "Esta no es la dirección o el número en el que le encontramos."
    ),
    "Send the form as a PDF, a JPEG or a PNG.": "Envíe el formulario como PDF, JPEG o PNG.",
    "The file is larger than 5 MB: send a smaller picture, or a scan.": (
        "El archivo pesa más de 5 MB: envíe una imagen más pequeña o un escaneo."
    ),
    "Nobody else checks in the way that you chose.": (
        "Nadie más hace la comprobación en la manera que eligió."
    ),
    "There is no such way to show that you are the parent.": (
        "Esa manera de mostrar que es el padre o la madre no existe."
    ),
    "One of the choices is none that was offered.": (
        "Una de las opciones no es de las que se ofrecieron."
    ),
    "Nothing would be left; take your permission back instead.": (
        "No quedaría nada permitido; retire su permiso en su lugar."
    ),
    "You showed by a message that you are the parent, and that is not enough for passing on or "
    "for training; write to us if you want to allow it.": (
        "Mostró con un mensaje que es el padre o la madre, y eso no basta para dar datos a otros "
        "ni para entrenar; escríbanos si quiere permitirlo."
    ),
    "This page was open for more than a day. Nothing is lost: look at it once more and press the "
    "button again.": (
        "Esta página estuvo abierta más de un día. No se perdió nada: revísela otra vez y pulse "
        "de nuevo el botón."
    ),
}
