// Every word of the page, in English and Spanish: key → [English, Spanish]. {name} is filled in.
import { ALBUM } from "./albumwords.js";

const WORDS = {
  ...ALBUM,
  title: ["Faces", "Rostros"],
  skip: ["Skip to the content", "Saltar al contenido"],
  navigation: ["Functions", "Funciones"],
  language: ["Language", "Idioma"],
  key: ["Key", "Clave"],
  keyTitle: ["API key", "Clave de acceso"],
  keyHelp: [
    "This server asks for a key. It is kept until you close this tab.",
    "Este servidor pide una clave. Se guarda hasta que cierre esta pestaña.",
  ],
  save: ["Save", "Guardar"],
  cancel: ["Cancel", "Cancelar"],
  footer: [
    "Photos are sent to this server only. Nothing is kept unless you enrol somebody or add photos to an album.",
    "Las fotos se envían solo a este servidor. No se guarda nada salvo que registre a alguien o añada fotos a un álbum.",
  ],
  working: ["Working…", "Procesando…"],

  verify: ["Verify", "Verificar"],
  verifyTitle: ["Are these two the same person?", "¿Son la misma persona?"],
  verifyHelp: ["Choose two photos with one face each.", "Elija dos fotos con una cara cada una."],
  firstPhoto: ["First photo", "Primera foto"],
  secondPhoto: ["Second photo", "Segunda foto"],
  compare: ["Compare", "Comparar"],
  same: ["The same person", "La misma persona"],
  different: ["Not the same person", "No es la misma persona"],
  compareEnrolled: ["Compare with somebody who is enrolled", "Comparar con alguien que está registrado"],
  verifyWhom: ["Choose a photo with one face, and a person from the list.", "Elija una foto con una cara y una persona de la lista."],
  thatPerson: ["It is {name}", "Es {name}"],
  otherPerson: ["It is not {name}", "No es {name}"],
  bestOf: [
    "The most alike of {count} photos counts; the threshold is higher for it.",
    "Cuenta la más parecida de {count} fotos; por eso el umbral es más alto.",
  ],
  doubt: ["This cannot be judged: the face {why}.", "Esto no se puede decidir: la cara {why}."],
  doubtClose: [
    "This cannot be judged: they are alike, but not enough for a photo in which the face {why}.",
    "Esto no se puede decidir: se parecen, pero no lo bastante para una foto en la que la cara {why}.",
  ],
  and: [" and ", " y "],
  qualityOf: ["quality {value}", "calidad {value}"],
  turned: ["turned by {degrees}°", "girada {degrees}°"],
  "poor.negative": ["is a negative", "está en negativo"],
  "poor.dark": ["is too dark", "está demasiado oscura"],
  "poor.overexposed": ["is overexposed", "está sobreexpuesta"],
  "poor.flat": ["has hardly any contrast", "casi no tiene contraste"],
  "poor.too-small": ["is too small", "es demasiado pequeña"],
  "poor.tilted": ["is tilted", "está inclinada"],
  "poor.not-live": ["is not a living face", "no es una cara viva"],
  "poor.turned-away": ["is turned away", "mira hacia otro lado"],
  "poor.cut-off": ["is cut off", "está cortada"],
  "poor.covered": ["is covered", "está cubierta"],
  "poor.blurred": ["is blurred", "está borrosa"],
  "poor.unclear": ["is not clear enough", "no se ve con suficiente claridad"],
  "remark.twice": [
    "{name} is another face of the photo, too: a mirror, a twin, a photo in the photo?",
    "{name} es además otra cara de la foto: ¿un espejo, un gemelo, una foto dentro de la foto?",
  ],
  "remark.next": ["more like {name}, who is another face of the photo", "se parece más a {name}, que es otra cara de la foto"],
  similarity: ["similarity {value}", "similitud {value}"],
  threshold: ["threshold {value}", "umbral {value}"],
  rate: [
    "At this threshold, 1 in {pairs} pairs of different people is taken for the same person.",
    "Con este umbral, 1 de cada {pairs} pares de personas distintas se toma por la misma persona.",
  ],
  rateUnknown: [
    "The rate of false matches at this threshold was not measured.",
    "La tasa de falsas coincidencias con este umbral no se ha medido.",
  ],

  identify: ["Who is this?", "¿Quién es?"],
  identifyTitle: ["Who is in this photo?", "¿Quién está en esta foto?"],
  identifyHelp: [
    "Every face is looked up among the enrolled people.",
    "Cada cara se busca entre las personas registradas.",
  ],
  searchRate: [
    "Searched people: {people}. A stranger is named in {rate} of such searches (95 %: {low} to {high}).",
    "Personas comparadas: {people}. En búsquedas así se da nombre a un desconocido en el {rate} de los casos (95 %: de {low} a {high}).",
  ],
  searchRateBeyond: [
    "Searched people: {people}. A stranger is named in about {rate} of such searches (95 %: {low} to {high}); that is beyond what the data can show.",
    "Personas comparadas: {people}. En búsquedas así se da nombre a un desconocido en cerca del {rate} de los casos (95 %: de {low} a {high}); eso va más allá de lo que los datos pueden demostrar.",
  ],
  requireLive: [
    "Require a living face (a sign, not security: some pictures pass)",
    "Exigir una cara viva (un indicio, no seguridad: algunas imágenes pasan)",
  ],
  find: ["Look up", "Buscar"],

  challengeBegin: ["Show that somebody is there", "Mostrar que hay alguien"],
  challengeProgress: ["How much is done", "Cuánto está hecho"],
  challengePassed: [
    "Done. The picture can be used once, within {seconds} seconds. It is a sign, not security.",
    "Hecho. La imagen se puede usar una vez, en los próximos {seconds} segundos. Es un indicio, no seguridad.",
  ],
  challengeUsed: [
    "The photo is of somebody who did what they were asked before the camera.",
    "La foto es de alguien que hizo ante la cámara lo que se le pidió.",
  ],
  "ask.straight": ["Look straight at the camera.", "Mire de frente a la cámara."],
  "ask.left": ["Turn your head to your left, and hold it there.", "Gire la cabeza a su izquierda y manténgala así."],
  "ask.right": ["Turn your head to your right, and hold it there.", "Gire la cabeza a su derecha y manténgala así."],
  "ask.blink": ["Close both eyes for a moment, then open them.", "Cierre los dos ojos un momento y ábralos."],
  "challengeNote.no-face": ["No face is in view.", "No se ve ninguna cara."],
  "challengeNote.several-faces": ["Several faces are in view: come nearer, or alone.", "Se ven varias caras: acérquese, o venga a solas."],
  "challengeNote.same-frame": ["The picture stands still.", "La imagen no cambia."],
  "challengeNote.unlike": ["This does not look like the same face.", "Esto no parece la misma cara."],
  "challengeNote.busy": ["The server is busy; go on.", "El servidor está ocupado; siga."],
  "challengeNote.unreadable": ["The picture could not be read; go on.", "La imagen no se pudo leer; siga."],
  "problem.challenge-wrong-step": ["Something else was done than was asked. Please begin anew.", "Se hizo otra cosa que la pedida. Empiece de nuevo."],
  "problem.challenge-too-slow": ["What was asked was not done in time. Please begin anew.", "No se hizo a tiempo lo pedido. Empiece de nuevo."],
  "problem.challenge-too-few-frames": ["No picture came for too long. Please begin anew.", "Pasó demasiado tiempo sin que llegara una imagen. Empiece de nuevo."],
  "problem.challenge-face-lost": ["The face was out of sight for too long. Please begin anew.", "La cara dejó de verse demasiado tiempo. Empiece de nuevo."],
  "problem.challenge-another-face": ["The face became another one. Please begin anew, alone.", "La cara pasó a ser otra. Empiece de nuevo, a solas."],
  "problem.challenge-not-live": ["The face does not look alive. Please begin anew, in better light.", "La cara no parece viva. Empiece de nuevo, con mejor luz."],
  "problem.challenge-replayed": ["These pictures were shown before. Please begin anew.", "Estas imágenes ya se mostraron antes. Empiece de nuevo."],
  "problem.no-liveness-session": [
    "What was shown before the camera was used, or is too old. Please show it again.",
    "Lo mostrado ante la cámara ya se usó, o es demasiado antiguo. Muéstrelo de nuevo.",
  ],
  "problem.not-of-the-session": [
    "The photo is none of those that were taken while somebody was there. Please begin anew.",
    "La foto no es de las tomadas mientras había alguien. Empiece de nuevo.",
  ],

  analyze: ["Analyse", "Analizar"],
  analyzeTitle: ["What do the faces look like?", "¿Cómo son las caras?"],
  analyzeHelp: [
    "Age, gender, mask, eyes, pose, and whether they look alive. Nothing is said of race or feelings.",
    "Edad, género, mascarilla, ojos, postura, y si parecen vivas. No se dice nada de la raza ni de los sentimientos.",
  ],
  analyzeButton: ["Look", "Mirar"],
  analyzeNote: [
    "Between the two ages are four in five of the people who look like this. All of these are estimates.",
    "Entre las dos edades están cuatro de cada cinco personas que se ven así. Todo son estimaciones.",
  ],
  age: ["{years} years ({low} to {high})", "{years} años (de {low} a {high})"],
  "gender.female": ["female", "mujer"],
  "gender.male": ["male", "hombre"],
  "gender.null": ["gender not said", "género sin decir"],
  "mask.worn": ["mask", "mascarilla"],
  "mask.none": ["no mask", "sin mascarilla"],
  "mask.null": ["mask not said", "mascarilla sin decir"],
  eyes: ["eyes: left {left}, right {right}", "ojos: izquierdo {left}, derecho {right}"],
  "eye.true": ["open", "abierto"],
  "eye.false": ["closed", "cerrado"],
  "eye.null": ["not said", "sin decir"],
  pose: ["yaw {yaw}°, pitch {pitch}°, roll {roll}°", "giro {yaw}°, cabeceo {pitch}°, ladeo {roll}°"],
  looksAlive: ["looks alive", "parece viva"],
  looksNotAlive: ["does not look alive", "no parece viva"],
  unknown: ["Unknown", "Desconocido"],
  nearest: ["nearest: {name}", "más cercano: {name}"],
  noFace: ["No face was found.", "No se encontró ninguna cara."],
  facesFound: ["Faces: {count}", "Caras: {count}"],
  photoOf: ["The photo, faces marked ({count}): {names}", "La foto, con las caras marcadas ({count}): {names}"],

  enrol: ["Enrol", "Registrar"],
  enrolTitle: ["Enrol somebody", "Registrar a una persona"],
  enrolHelp: [
    "Three to five photos in different light and from different sides work best.",
    "Lo mejor son de tres a cinco fotos con distinta luz y desde distintos lados.",
  ],
  name: ["Name", "Nombre"],
  photo: ["Photo", "Foto"],
  photos: ["Photos", "Fotos"],
  consent: [
    "This person has agreed that a mathematical description of their face is stored here, and knows that it can be erased at any time.",
    "Esta persona está de acuerdo en que se guarde aquí una descripción matemática de su cara, y sabe que puede borrarse en cualquier momento.",
  ],
  keepPicture: [
    "They also agree that a small picture of their face is kept, so that it can be shown.",
    "También está de acuerdo en que se guarde una imagen pequeña de su cara, para poder mostrarla.",
  ],
  enrolled: ["{name}: new templates: {count}.", "{name}: plantillas nuevas: {count}."],
  skipped: ["Photos that were there already: {count}", "Fotos que ya estaban: {count}"],
  progress: ["Photo {done} of {total}", "Foto {done} de {total}"],
  exists: [
    "There is already somebody named {name}. Is it the same person? Then the photos are added.",
    "Ya hay alguien con el nombre {name}. ¿Es la misma persona? Entonces se añaden las fotos.",
  ],
  addPhotos: ["Add the photos", "Añadir las fotos"],
  existsTitle: ["The same person?", "¿La misma persona?"],
  needName: ["Please write a name.", "Escriba un nombre."],
  needPhotos: ["Please choose a photo, or take one.", "Elija una foto o tome una."],
  needConsent: ["Please ask the person first, and tick the box.", "Pregunte primero a la persona y marque la casilla."],

  people: ["People", "Personas"],
  peopleTitle: ["Enrolled people", "Personas registradas"],
  search: ["Search", "Buscar"],
  templates: ["Templates", "Plantillas"],
  actions: ["Actions", "Acciones"],
  rename: ["Rename", "Renombrar"],
  merge: ["Merge", "Unir"],
  erase: ["Erase", "Borrar"],
  renameWho: ["Rename {name}", "Renombrar a {name}"],
  mergeWho: ["Merge {name} into another person", "Unir a {name} con otra persona"],
  eraseWho: ["Erase {name}", "Borrar a {name}"],
  newName: ["New name", "Nombre nuevo"],
  into: ["Into whom", "Con quién"],
  mergeHelp: [
    "All templates of {name} go to the other person.",
    "Todas las plantillas de {name} pasan a la otra persona.",
  ],
  eraseHelp: [
    "All templates ({count}) and pictures of {name} are erased for good.",
    "Todas las plantillas ({count}) y las imágenes de {name} se borran para siempre.",
  ],
  photosOf: ["Photos of {name}", "Fotos de {name}"],
  photosWho: ["Photos of {name}", "Fotos de {name}"],
  photosHelp: [
    "The photos themselves are not kept, only what was computed from them.",
    "Las fotos en sí no se guardan, solo lo que se calculó de ellas.",
  ],
  quality: ["Quality", "Calidad"],
  close: ["Close", "Cerrar"],
  move: ["Move", "Mover"],
  movePhoto: ["Move {photo} to another person", "Mover {photo} a otra persona"],
  moveTo: ["Name of whose photo it is", "Nombre de quien aparece en la foto"],
  moveHelp: [
    "{photo} becomes a photo of the other person, who is made if nobody has that name.",
    "{photo} pasa a ser una foto de la otra persona, que se crea si nadie tiene ese nombre.",
  ],
  moved: ["{photo} is now a photo of {to}.", "{photo} ahora es una foto de {to}."],
  forget: ["Forget", "Olvidar"],
  forgetPhoto: ["Forget {photo}", "Olvidar {photo}"],
  forgetHelp: [
    "What is kept of {photo} is erased for good; {name} keeps the other photos.",
    "Lo que se guarda de {photo} se borra para siempre; {name} conserva las demás fotos.",
  ],
  forgotten: ["{photo} of {name} was forgotten.", "Se olvidó {photo} de {name}."],
  renamed: ["{name} is now {to}.", "{name} ahora se llama {to}."],
  merged: ["{name} was merged into {to}.", "{name} se unió con {to}."],
  erased: ["{name} was erased.", "{name} se borró."],
  total: ["People: {count}", "Personas: {count}"],
  nobody: ["Nobody found.", "No se encontró a nadie."],
  more: ["Show more", "Mostrar más"],
  shownOf: ["People: {total}. Shown: the first {shown}.", "Personas: {total}. Se muestran las primeras {shown}."],
  "shownOf.photos": ["Photos: {total}. Shown: the first {shown}.", "Fotos: {total}. Se muestran las primeras {shown}."],
  "total.photos": ["Photos: {count}", "Fotos: {count}"],
  searchPerson: ["Search for a person", "Buscar a una persona"],
  somebodyThere: ["Somebody who is enrolled already", "Alguien que ya está registrado"],
  pictureOf: ["Picture of {name}", "Imagen de {name}"],

  whoami: ["Who am I?", "¿Quién soy?"],
  whoamiTitle: ["Whom do I look like?", "¿A quién me parezco?"],
  whoamiHelp: [
    "The five enrolled people who are most like the largest face of your photo.",
    "Las cinco personas registradas más parecidas a la cara más grande de su foto.",
  ],
  whoamiGo: ["Who am I?", "¿Quién soy?"],
  itIsYou: ["You are {name}.", "Usted es {name}."],
  notEnrolled: [
    "You are nobody of the enrolled people. These are the most similar:",
    "Usted no es ninguna de las personas registradas. Las más parecidas son:",
  ],
  emptyGallery: ["Nobody is enrolled yet.", "Todavía no hay nadie registrado."],

  live: ["Live", "En vivo"],
  liveTitle: ["Live view", "Vista en vivo"],
  liveHelp: [
    "The camera's picture goes to this server and is not kept.",
    "La imagen de la cámara va a este servidor y no se guarda.",
  ],
  start: ["Start", "Empezar"],
  stop: ["Stop", "Parar"],
  connecting: ["Connecting…", "Conectando…"],
  stopped: ["Stopped.", "Parado."],
  seen: ["In view: {names}", "En la imagen: {names}"],
  seenNobody: ["Nobody in view", "Nadie en la imagen"],
  framesPerSecond: ["{value} frames per second", "{value} fotogramas por segundo"],
  liveVideo: ["The camera's picture, with faces marked", "La imagen de la cámara, con las caras marcadas"],

  watch: ["Watch", "Vigilar"],
  watchTitle: ["What is being watched", "Lo que se vigila"],
  watchHelp: [
    "This server watches {source}. Names are of enrolled people.",
    "Este servidor vigila {source}. Los nombres son de personas registradas.",
  ],
  watchVideo: ["The watched picture, with faces marked", "La imagen vigilada, con las caras marcadas"],
  events: ["Events", "Sucesos"],
  eventsOlder: [
    "Only the last {count} are shown. rostro watch --events FILE keeps all of them.",
    "Solo se muestran los últimos {count}. rostro watch --events ARCHIVO los guarda todos.",
  ],
  stranger: ["Somebody unknown", "Alguien desconocido"],
  "event.appeared": ["Somebody appeared", "Apareció alguien"],
  "event.recognised": ["{name} was recognised", "Se reconoció a {name}"],
  "event.left": ["{name} left", "{name} se fue"],
  "event.lost": ["The source is lost; it is tried again.", "Se perdió la fuente; se intenta de nuevo."],
  "event.back": ["The source is back.", "La fuente volvió."],

  choosePhoto: ["Choose a photo", "Elegir una foto"],
  choosePhotos: ["Choose photos", "Elegir fotos"],
  orDrop: ["or drop it here", "o suéltela aquí"],
  useCamera: ["Use the camera", "Usar la cámara"],
  takePhoto: ["Take the photo", "Tomar la foto"],
  closeCamera: ["Close the camera", "Cerrar la cámara"],
  camera: ["Camera", "Cámara"],
  cameraRefused: [
    "The camera cannot be used: it is not there, or it was not allowed.",
    "No se puede usar la cámara: no hay ninguna o no se ha permitido.",
  ],
  cameraInsecure: [
    "Browsers give the camera to pages over https only, or from this machine.",
    "Los navegadores dan la cámara solo a páginas con https o de este mismo equipo.",
  ],
  removePhoto: ["Remove {name}", "Quitar {name}"],
  chosen: ["Chosen photo: {name}", "Foto elegida: {name}"],
  picture: ["camera", "cámara"],

  again: [
    "This person was erased before, and has agreed to be enrolled again.",
    "Esta persona se borró antes, y está de acuerdo en que se la registre de nuevo.",
  ],
  remarks: ["Enrolled, but please look again", "Registradas, pero revíselas"],
  failedPhotos: ["Photos that could not be used", "Fotos que no se pudieron usar"],
  "why.no-face": ["no face was found", "no se encontró ninguna cara"],
  "why.several-faces": ["it has {faces} faces, and one is needed", "tiene {faces} caras y se necesita una"],
  "why.not-a-picture": ["it is not a picture", "no es una imagen"],
  "why.broken-photo": ["the file is broken or incomplete", "el archivo está dañado o incompleto"],
  "why.empty-file": ["the file is empty", "el archivo está vacío"],
  "why.unreadable-photo": ["the photo cannot be read", "la foto no se puede leer"],
  "why.photo-too-large": ["it is too large", "es demasiado grande"],
  "why.poor-quality": ["the face is too poor to be told from others", "la cara no se ve lo bastante bien para distinguirla de otras"],
  "why.already-enrolled": ["it is already enrolled as {name}", "ya está registrada como {name}"],
  "why.erased-before": ["it is of somebody who was erased", "es de alguien que se borró"],
  "why.known-face": ["the face is also enrolled as {name}", "la cara también está registrada como {name}"],
  "why.bad-name": ["its name is none that a person can have", "su nombre no puede ser el de una persona"],
  "problem.unknown-photo": ["This photo is not here any more.", "Esta foto ya no está."],
  "problem.key-needed": ["This server asks for a key.", "Este servidor pide una clave."],
  "problem.key-refused": ["The key is wrong or was revoked.", "La clave es incorrecta o fue revocada."],
  "problem.not-allowed": ["Your key does not allow this.", "Su clave no permite esto."],
  "problem.foreign-page": [
    "The server takes this page for another site's: the proxy before it has to pass the header Host on.",
    "El servidor toma esta página por la de otro sitio: el proxy que tiene delante debe pasarle la cabecera Host.",
  ],
  "problem.name-taken": ["There is already somebody of this name.", "Ya hay alguien con este nombre."],
  "problem.unknown-person": ["This person is not here any more.", "Esta persona ya no está."],
  "problem.too-many-requests": ["Too many requests; wait a moment.", "Demasiadas peticiones; espere un momento."],
  "problem.busy": ["The server is busy; try again.", "El servidor está ocupado; inténtelo de nuevo."],
  "problem.too-many-pixels": ["The photos are too large together.", "Las fotos juntas son demasiado grandes."],
  "problem.keys-unusable": [
    "The server's keys cannot be read, so nobody is let in.",
    "Las claves del servidor no se pueden leer, y por eso no entra nadie.",
  ],
  "problem.request-too-large": ["The photos are too large together.", "Las fotos juntas son demasiado grandes."],
  "problem.not-watching": [
    "This server watches nothing. Start it with: rostro watch",
    "Este servidor no vigila nada. Inícielo con: rostro watch",
  ],
  "problem.offline": ["The server cannot be reached.", "No se puede contactar con el servidor."],
};

export const LANGUAGES = ["en", "es"];

let language = initial();

function initial() {
  const stored = localStorage.getItem("rostro-language");
  if (LANGUAGES.includes(stored)) return stored;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => LANGUAGES.includes(tag));
  return wanted ?? "en";
}

export const currentLanguage = () => language;

export function setLanguage(chosen) {
  language = chosen;
  localStorage.setItem("rostro-language", chosen);
}

export const has = (key) => key in WORDS;

/** The words for a key, with {name} filled in. */
export function t(key, values = {}) {
  const text = WORDS[key][LANGUAGES.indexOf(language)];
  const shown = (value) => (typeof value === "number" ? number(value) : String(value));
  return text.replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));
}

/** A number as the language writes it. In Spanish a blank stands between thousands, not the point that Intl puts there. */
export const number = (value, digits = 0) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .formatToParts(value)
    .map(({ type, value: part }) => (type === "group" && language === "es" ? "\u00a0" : part))
    .join("");

/** Why a photo failed, in the page's language where the kind of failure is a known one. */
export function reason(failure) {
  const values = failure.values ?? {};
  const key = [values.why, failure.kind].map((kind) => `why.${kind}`).find(has);
  return key ? t(key, values) : failure.reason;
}
