/* emo-analyse-page-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-adaptive-box.h"
#include "emo-analyse-page.h"
#include "emo-annotation-bar.h"
#include "emo-compare-view.h"
#include "emo-history-bars.h"
#include "emo-history-pane.h"
#include "emo-picture-view.h"
#include "emo-removals.h"
#include "emo-results-pane.h"
#include "emo-sample-watch.h"

G_BEGIN_DECLS

struct _EmoAnalysePage
{
  AdwBin              parent_instance;

  EmoModelLoader     *loader;
  EmoSession         *session;
  EmoRemovals        *removals;
  AdwToast           *removal_toast;  /* (nullable) a weak pointer: the one with Undo */
  GCancellable       *cancellable;    /* scans, drops and exports under way */
  guint               n_loose;        /* pictures that came as bytes, for their names */
  gboolean            can_go_back;
  GSimpleActionGroup *actions;        /* what the window offers of it */
  GtkFileChooserNative *chooser;      /* (nullable) GTK keeps none alive */
  EmoSampleWatch     *chart_watch;    /* whether there is an answer to draw */
  GtkPrintSettings   *print_settings; /* (nullable) as they were chosen last */
  GtkPageSetup       *page_setup;     /* (nullable) likewise */
  GtkWidget          *menu;           /* (nullable) at a picture or its results */
  GtkWidget          *menu_focus;     /* (nullable) a weak pointer: what had the focus before */
  guint               go_back_id;     /* an idle */
  gboolean            adding;         /* the selection moves by itself */
  gboolean            comparing;
  EmoHistoryPane     *history;        /* (nullable) (unowned): a child of the list pane */

  AdwToastOverlay    *toasts;
  EmoHistoryBars     *history_bars;
  GtkInfoBar         *model_bar;
  GtkLabel           *model_error;
  GtkStack           *stack;
  AdwStatusPage      *empty;
  GtkWidget          *samples_button;
  GtkWidget          *history_button;
  AdwLeaflet         *leaflet;
  EmoListPane        *list_pane;
  GtkWidget          *content_pane;
  GtkWidget          *history_notice;
  GtkLabel           *history_words;
  EmoPictureView     *picture;
  EmoAnnotationBar   *annotations;
  EmoResultsPane     *results;
  EmoCompareView     *compare;
  GtkWidget          *drop_highlight;
};

/* emo-analyse-page.c */
void  _emo_analyse_page_toast         (EmoAnalysePage *self,
                                       const char     *text);
guint _emo_analyse_page_add_samples   (EmoAnalysePage *self,
                                       GPtrArray      *samples);   /* of EmoSample */
void  _emo_analyse_page_go_on_with    (EmoAnalysePage *self,
                                       GPtrArray      *samples);   /* of EmoSample */
void  _emo_analyse_page_update_empty  (EmoAnalysePage *self);
void  _emo_analyse_page_show_content  (EmoAnalysePage *self);
void  _emo_analyse_page_update_shown  (EmoAnalysePage *self);

/* emo-analyse-page-list.c */
void _emo_analyse_page_install_list  (GtkWidgetClass *widget_class);
void _emo_analyse_page_init_list     (EmoAnalysePage *self);
void _emo_analyse_page_dispose_list  (EmoAnalysePage *self);
gboolean _emo_analyse_page_is_comparing (EmoAnalysePage *self);
void _emo_analyse_page_end_comparison (EmoAnalysePage *self);
void _emo_analyse_page_update_list   (EmoAnalysePage *self);

/* emo-analyse-page-history.c */
gboolean   _emo_analyse_page_has_history_open (EmoAnalysePage *self);
EmoSample *_emo_analyse_page_get_shown        (EmoAnalysePage *self);   /* (nullable) */
void       _emo_analyse_page_show_pictures    (EmoAnalysePage *self);
void       _emo_analyse_page_update_history   (EmoAnalysePage *self);
void       _emo_analyse_page_analyse_again    (EmoAnalysePage *self);

/* emo-analyse-page-intake.c */
void _emo_analyse_page_init_drop     (EmoAnalysePage *self);
void _emo_analyse_page_paste         (EmoAnalysePage *self);

/* emo-analyse-page-export.c */
void _emo_analyse_page_init_export   (EmoAnalysePage *self);
void _emo_analyse_page_update_export (EmoAnalysePage *self);
void _emo_analyse_page_enable        (EmoAnalysePage *self,
                                      const char     *action,
                                      gboolean        enabled);

/* emo-analyse-page-copy.c */
void _emo_analyse_page_init_copy     (EmoAnalysePage *self);
void _emo_analyse_page_update_copy   (EmoAnalysePage *self);

/* emo-analyse-page-chart.c */
void _emo_analyse_page_init_chart    (EmoAnalysePage *self);
void _emo_analyse_page_dispose_chart (EmoAnalysePage *self);
void _emo_analyse_page_update_chart  (EmoAnalysePage *self);

G_END_DECLS
