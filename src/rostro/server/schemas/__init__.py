"""The shapes of answers, for the OpenAPI document, with examples.

The answers themselves are made by `rostro.recognition.answers`; tests hold them to these shapes.
"""

from rostro.server.schemas.about import Galleries as Galleries
from rostro.server.schemas.about import GalleryState as GalleryState
from rostro.server.schemas.about import Health as Health
from rostro.server.schemas.about import Model as Model
from rostro.server.schemas.about import Models as Models
from rostro.server.schemas.analyses import Age as Age
from rostro.server.schemas.analyses import AnalysedFace as AnalysedFace
from rostro.server.schemas.analyses import AnalysedPhoto as AnalysedPhoto
from rostro.server.schemas.analyses import Analyses as Analyses
from rostro.server.schemas.analyses import Eyes as Eyes
from rostro.server.schemas.analyses import Gender as Gender
from rostro.server.schemas.analyses import Mask as Mask
from rostro.server.schemas.analyses import Pose as Pose
from rostro.server.schemas.faces import Candidate as Candidate
from rostro.server.schemas.faces import Detection as Detection
from rostro.server.schemas.faces import EmbeddedFace as EmbeddedFace
from rostro.server.schemas.faces import EmbeddedPhoto as EmbeddedPhoto
from rostro.server.schemas.faces import Embeddings as Embeddings
from rostro.server.schemas.faces import Face as Face
from rostro.server.schemas.faces import FaceOfPhoto as FaceOfPhoto
from rostro.server.schemas.faces import Failure as Failure
from rostro.server.schemas.faces import Identifications as Identifications
from rostro.server.schemas.faces import Liveness as Liveness
from rostro.server.schemas.faces import Livenesses as Livenesses
from rostro.server.schemas.faces import NamedFace as NamedFace
from rostro.server.schemas.faces import NamedPhoto as NamedPhoto
from rostro.server.schemas.faces import PhotoOfFaces as PhotoOfFaces
from rostro.server.schemas.faces import Verification as Verification
from rostro.server.schemas.jobs import JobRow as JobRow
from rostro.server.schemas.jobs import Jobs as Jobs
from rostro.server.schemas.people import Created as Created
from rostro.server.schemas.people import Enrolment as Enrolment
from rostro.server.schemas.people import Forgotten as Forgotten
from rostro.server.schemas.people import JobState as JobState
from rostro.server.schemas.people import Merged as Merged
from rostro.server.schemas.people import MergeInto as MergeInto
from rostro.server.schemas.people import Moved as Moved
from rostro.server.schemas.people import MoveTo as MoveTo
from rostro.server.schemas.people import NewName as NewName
from rostro.server.schemas.people import People as People
from rostro.server.schemas.people import Person as Person
from rostro.server.schemas.people import PersonWithTemplates as PersonWithTemplates
from rostro.server.schemas.people import PhotosOfPerson as PhotosOfPerson
from rostro.server.schemas.people import Removed as Removed
from rostro.server.schemas.people import Renamed as Renamed
from rostro.server.schemas.people import Template as Template
from rostro.server.schemas.problems import PROBLEMS as PROBLEMS
from rostro.server.schemas.problems import Problem as Problem
