"""The one place that knows the open data set, running jobs, the model and the person.

Stands between the views and the engine. A view calls methods and connects to signals; it never starts a thread and
never touches the library's files. Everything here happens on the GUI thread; the work itself runs on four lanes: one
long job (import, export, sweep, training), scoring (models of opened data sets, lists, reasons), looking at files
before they are imported, and counting the open data set; in the last three the latest wins.

ATTRIBUTES (read them; None means: not there yet)
    library            Library; library_failure says why there is none
    dataset, record, report          the open data set, its DatasetRecord, and the import's report (a dict)
    statistics         what was counted of the open data set after ask_statistics(); statistics_failure: why it was not
    recommender, model_label         the model in use and what to call it (ModelLabel)
    model_words        what the scoring lane does to get a model ("" when it is done or nothing is open)
    profile, profile_is_borrowed     the person; borrowed: somebody of the data set, whose changes are not kept
    import_plan        ImportPlan: the files that are looked at before an import
    my_import          MyImport: an export of the person's own, being read, failed, or under review
    onboarding               Onboarding of the open data set after ask_onboarding()
    rate               ChosenRate(model, lr, schedule) from "Use this rate"
    job                JobState of the long job, None when nothing runs
    sweep_state, training_state      curves.SweepState and curves.TrainingState: always there, empty at first
    weight, filters, recommendations what the last recommend() asked for, and its answer
    quality            QualityPicture of the run that ask_quality() was about; baseline_words: what its floors wait for
    devices            work.Devices once they are known
    stale_words        a sentence when the data set changed under a trained model, else ""

SIGNALS (no arguments unless said)
    library_changed                  kept data sets, runs or people changed: menus and lists read them again
    dataset_changed                  dataset, record and report are new; rate and curves were dropped
    statistics_changed               statistics or statistics_failure is new
    recommender_changed              recommender, model_label or model_words are new; ask recommend() again
    profile_changed                  profile is new; ask recommend() again
    rate_changed                     rate is new
    job_changed(JobState or None)    the long job began or moved (state) or ended (None)
    sweep_changed, training_changed  sweep_state / training_state changed; at most once per 50 ms
    notice(Notice)                   say this to the person
    import_plan_changed              import_plan is new
    my_import_changed                my_import is new
    onboarding_ready                       onboarding is there
    my_ratings_file_asked(Path)      the person wants this export of their own added to their ratings
    place_requested(str)             "data", "learning_rate", "train", "quality", "for_you", "settings"
    recommendations_ready(RecommendationList), explanation_ready(Explanation), insights_ready(ListInsights)
    scoring_failed(str, Failure)     kind "recommend", "explain" or "insights": the view shows it in its place
    quality_changed                  quality or baseline_words are new
    knowledge_ready(Known), knowledge_failed(Failure)   how well a run's model knows the person
    devices_found                    devices (work.Devices: usable, unused) is there; torch is imported by then
    idle                             no lane has a thread any more

METHODS
    open_library(home) -> bool       warm_up() imports torch on a thread, once, at a quiet moment
    data:     use_sample() import_paths(paths, options) open_dataset(id) rename_dataset(id, name)
              delete_dataset(id) datasets()
    page:     ask_statistics() export_dataset(parent_folder) import_again() save_problems(path, problems)
              runs_with_ratings() write_predictions(run_id, pairs or None for the file's own, out)
    import:   prepare_import(paths) read_otherwise(given) take_titles_from(path) name_import(name) want_counts()
              keep_only(selection, duplicates) start_import() leave_import() add_to_my_ratings()
    learning: find_rate(model, model_config, training, finder, split, device) use_rate(model, lr, schedule)
              train(model, model_config, training, split, device) train_as_it_comes() resume(run_id, epochs)
              pause() go_on() stop() (keeps) discard() (while it runs or after) cancel() (an import: nothing is kept)
              runs() use_run(run_id) use_quick_model()
    person:   rate_title(item_row, rating) remove_rating(item_id) switch_rating(item_id, on) take_person(user_id)
              set_profile(profile_id) new_profile(name) people() rename_profile(id, name) delete_profile(id)
    my file:  import_my_ratings(path) decide(step) add_my_import() leave_my_import() save_unmatched(path)
              save_my_ratings(path) save_for_letterboxd(path)
    onboarding:     ask_onboarding() put_rating(item_row, entry before)
    scoring:  recommend(weight, filters) explain(item_row) ask_insights()
    quality:  ask_quality(run_id, beside) ask_knowledge(run_id) judge_run(run_id) blend_runs(run_ids)
              rename_run(run_id, name) delete_run(run_id)
    undo() -> bool, undo_words

The session does not ask for lists by itself: the view that shows them calls recommend() after recommender_changed
and profile_changed. recommend(), explain() and ask_insights() without a model do nothing. A long job that is asked
for while another runs is refused with a notice, and the method returns False.
"""

from __future__ import annotations

from desktop_rec.session.labels import ChosenRate, ModelLabel
from desktop_rec.session.quality import QualityDesk

__all__ = ["ChosenRate", "ModelLabel", "Session"]


class Session(QualityDesk):
    """What a window is about. Built of desks, one a part of the street: core, data, importing, learning, person."""

    def wind_down(self) -> None:
        """Stop what runs, keeping what was learned, and drop questions; `idle` says when all lanes are free."""
        self.stop()
        self._scoring.abandon()
        self._looking.abandon()
        self._counting.abandon()
        self._matching.abandon()
        self._dealing.abandon()
        self._comparing.abandon()
        self._flooring.abandon()
        if self.is_idle:
            self.idle.emit()
